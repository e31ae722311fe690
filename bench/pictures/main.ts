/**
 * Measures what the pictures of the documentation show, and draws them: `docs/pictures/data/NAME.json` and
 * `docs/pictures/NAME.svg`. Names as arguments choose some of them; `--draw` measures nothing, and draws what was
 * measured before.
 */
import { writeFileSync } from "node:fs"
import { parseArgs } from "node:util"
import { rowsOnLines } from "../lib/rowsOnLines.js"
import { dataOf, redraw, svgOf } from "./Picture.js"
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
  if (!options.draw) {
    console.log(`measuring ${picture.name}`)
    writeFileSync(dataOf(picture), rowsOnLines(await picture.measure()))
  }
  writeFileSync(svgOf(picture), redraw(picture))
  console.log(`drew docs/pictures/${picture.name}.svg`)
}
// What servers and clients have left open must not keep the process alive.
process.exit(0)
