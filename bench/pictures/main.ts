/**
 * Measures what the pictures of the documentation show, and draws them: `docs/pictures/data/NAME.json` and
 * `docs/pictures/NAME.svg`. Names as arguments choose some of them; `--draw` measures nothing, and draws what was
 * measured before.
 */
import { readFileSync, writeFileSync } from "node:fs"
import { parseArgs } from "node:util"
import { repository } from "../lib/repository.js"
import { rowsOnLines } from "../lib/rowsOnLines.js"
import { pictures } from "./pictures.js"

const { positionals: wanted, values: options } = parseArgs({
  allowPositionals: true,
  options: { draw: { type: "boolean", default: false } }
})
const unknown = wanted.filter((each) => !pictures.some(({ name }) => name === each))
if (unknown.length > 0) {
  throw new Error(
    `there is no picture named ${unknown.join(", ")}; they are ${pictures.map(({ name }) => name).join(", ")}`
  )
}
for (const picture of pictures) {
  if (wanted.length > 0 && !wanted.includes(picture.name)) continue
  const data = new URL(`docs/pictures/data/${picture.name}.json`, repository)
  if (!options.draw) {
    console.log(`measuring ${picture.name}`)
    writeFileSync(data, rowsOnLines(await picture.measure()))
  }
  writeFileSync(new URL(`docs/pictures/${picture.name}.svg`, repository), picture.draw(readFileSync(data, "utf8")))
  console.log(`drew docs/pictures/${picture.name}.svg`)
}
// What servers and clients have left open must not keep the process alive.
process.exit(0)
