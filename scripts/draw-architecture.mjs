/**
 * Draws docs/architecture.svg from what the sources really import: areas as columns, their rooms as boxes, the lowest at
 * the bottom, and a line from each room to those it leans on (those it reaches through another room are left out).
 * `--check` only tells whether the picture is that of the sources.
 */
import { readFile, writeFile } from "node:fs/promises"
import { join, posix } from "node:path"
import { areas, importsOf, isOwn, placeOf, resolveRelative } from "./lib/house.mjs"
import { root, runMain } from "./lib/run.mjs"
import { filesUnder, parseFile } from "./lib/sources.mjs"

const picture = "docs/architecture.svg"

const columns = [["Cache/engine"], ["Cache"], ["Ttl", "Sync"], ["ClientLayer"], [
  "S3Store",
  "Lambda",
  "EffectAws",
  "Keyv",
  "Testing",
  "ErrorSchemas"
]]

const box = { width: 226, height: 46, gap: 12 }
const column = { width: 300, margin: 20 }
const head = 62

const folderOf = (area, room) => posix.join(area, room).replace(/\/$/, "")

/** Which folders of `src` the files of each folder import. */
const readHouse = async () => {
  const files = await Promise.all((await filesUnder("src", [".ts"])).map(parseFile))
  const edges = new Map()
  const counts = new Map()
  for (const file of files) {
    const from = placeOf(file.path)?.folder
    counts.set(from, (counts.get(from) ?? 0) + 1)
    for (const { specifier } of importsOf(file)) {
      if (specifier === undefined || !isOwn(specifier)) continue
      const to = placeOf(resolveRelative(file.path, specifier))?.folder
      if (to !== from) edges.set(from, (edges.get(from) ?? new Set()).add(to))
    }
  }
  return { counts, edges }
}

/** Of what a folder imports, what it does not reach through another. */
const nearest = (edges, from, within) => {
  const targets = [...edges.get(from) ?? []].filter(within)
  const reaches = (start, goal) =>
    [...edges.get(start) ?? []].filter(within).some((next) => next === goal || reaches(next, goal))
  return targets.filter((target) => !targets.some((other) => other !== target && reaches(other, target)))
}

const escape = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;")

const text = (x, y, style, content) => `<text x="${x}" y="${y}" class="${style}">${escape(content)}</text>`

const titleOf = async (folder) =>
  (await readFile(join(root, "src", folder, "README.md"), "utf8")).split("\n", 1)[0].slice(2)

/** One area: its rooms from the bottom to the top, and its own folder above them. */
const drawArea = async ({ area, rooms }, { counts, edges }, x, bottom) => {
  const folders = rooms.map((room) => folderOf(area, room))
  const height = head + rooms.length * (box.height + box.gap)
  const top = bottom - height
  const others = areas.filter((other) =>
    other.area !== area &&
    folders.some((folder) => [...edges.get(folder) ?? []].some((to) => placeOf(`src/${to}/x.ts`)?.area === other))
  )
  const y = (folder) => bottom - (folders.indexOf(folder) + 1) * (box.height + box.gap)
  const drawn = [
    `<rect x="${x}" y="${top}" width="${column.width}" height="${height}" class="area"/>`,
    text(x + 14, top + 24, "name", `src/${area}`),
    text(
      x + 14,
      top + 44,
      "uses",
      others.length === 0 ? "imports nothing else" : `imports ${others.map(({ area }) => area).join(", ")}`
    )
  ]
  for (const folder of folders) {
    for (const target of nearest(edges, folder, (to) => folders.includes(to))) {
      const right = x + 14 + box.width
      const [from, to] = [y(folder) + box.height / 2, y(target) + box.height / 2]
      const out = right + 8 + Math.min(48, Math.abs(to - from) / 9)
      drawn.push(
        `<path d="M ${right} ${from} C ${out} ${from}, ${out} ${to}, ${
          right + 3
        } ${to}" class="line" marker-end="url(#end)"/>`
      )
    }
  }
  for (const folder of folders) {
    const count = counts.get(folder)
    drawn.push(
      `<rect x="${x + 14}" y="${y(folder)}" width="${box.width}" height="${box.height}" class="room"/>`,
      text(
        x + 24,
        y(folder) + 19,
        "room-name",
        `${folder === area ? "(the folder itself)" : folder.slice(area.length + 1)} · ${count}`
      ),
      text(x + 24, y(folder) + 36, "purpose", await titleOf(folder))
    )
  }
  return { drawn, height }
}

const draw = async () => {
  const house = await readHouse()
  const byName = new Map(areas.map((area) => [area.area, area]))
  const heights = columns.map((names) =>
    names.reduce((sum, name) => sum + head + byName.get(name).rooms.length * (box.height + box.gap) + column.margin, 0)
  )
  const height = Math.max(...heights) + column.margin
  const parts = []
  for (const [index, names] of columns.entries()) {
    const x = column.margin + index * (column.width + column.margin)
    let bottom = height - column.margin
    for (const name of names) {
      const { drawn, height } = await drawArea(byName.get(name), house, x, bottom)
      parts.push(...drawn)
      bottom -= height + column.margin
    }
  }
  const width = column.margin + columns.length * (column.width + column.margin)
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif">
<title>The rooms of src, and what they import</title>
<style>
.area { fill: #f6f8fa; stroke: #8c959f; rx: 6px }
.room { fill: #ffffff; stroke: #57606a; rx: 4px }
.name { font-size: 17px; font-weight: bold; fill: #1f2328 }
.uses, .purpose { font-size: 12px; fill: #57606a }
.room-name { font-size: 14px; font-weight: bold; fill: #1f2328 }
.line { fill: none; stroke: #0969da; stroke-width: 1.2 }
</style>
<defs><marker id="end" viewBox="0 0 6 6" refX="5" refY="3" markerWidth="7" markerHeight="7" orient="auto"><path d="M 6 0 L 0 3 L 6 6 z" fill="#0969da" transform="rotate(180 3 3)"/></marker></defs>
<rect width="${width}" height="${height}" fill="#ffffff"/>
${parts.join("\n")}
</svg>
`
}

await runMain(async () => {
  const drawn = await draw()
  if (!process.argv.includes("--check")) return writeFile(join(root, picture), drawn)
  if (await readFile(join(root, picture), "utf8").catch(() => "") !== drawn) {
    console.error(`${picture} is not the picture of the sources any more: run node scripts/draw-architecture.mjs`)
    process.exitCode = 1
  }
})
