import { testCompilers } from "./compiled.js"

testCompilers(["typescript-5", "typescript-6"])
