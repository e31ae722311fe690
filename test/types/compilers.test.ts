import { testCompilers } from "./compiled.js"

testCompilers(["typescript"])
