/**
 * The demo as one page, which needs nothing from anywhere else.
 */
import type { ShownPart, Table } from "./Part.js"

/** What the page says of the run. */
export interface Run {
  readonly parts: ReadonlyArray<ShownPart>
  /** Where the entries were kept. */
  readonly bucket: string
  /** When, on what. */
  readonly date: string
  readonly machine: string
  readonly seconds: number
}

const escape = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll("\"", "&quot;")

const style = `
:root { color-scheme: light dark; --paper: #f6f8fa; --card: #ffffff; --ink: #1f2328; --soft: #59636e; --line: #d8dee4;
  --good: #00775a; --bad: #c2410c; --link: #0068a8 }
@media (prefers-color-scheme: dark) { :root { --paper: #0d1014; --card: #16181d; --ink: #f0f3f6; --soft: #9aa4af;
  --line: #33383f; --good: #2fcf9f; --bad: #ff8f52; --link: #5bb4f0 } }
* { box-sizing: border-box }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif }
main { max-width: 54rem; margin: 0 auto; padding: 2rem 1.25rem 4rem }
h1 { margin: 0; font-size: 2.1rem; line-height: 1.2 }
h2 { margin: 0; font-size: 1.5rem; line-height: 1.3 }
p { margin: .5rem 0 }
a { color: var(--link) }
.lead { font-size: 1.1rem }
.soft, figcaption { color: var(--soft) }
.verdict { display: inline-block; margin: .75rem 0 0; padding: .15rem .7rem; border: 1px solid; border-radius: 1rem;
  color: var(--good); font-weight: 600 }
.verdict.bad, .bad::before { color: var(--bad) }
nav ol { margin: .75rem 0 0; padding-left: 1.4rem; columns: 2 20rem; column-gap: 3rem }
section { margin-top: 1.5rem; padding: 1.25rem 1.25rem 1rem; background: var(--card); border: 1px solid var(--line);
  border-radius: .6rem }
.claims { margin: .75rem 0 0; padding: 0; list-style: none }
.claims li { position: relative; padding-left: 1.6rem; margin: .2rem 0 }
.claims li::before { position: absolute; left: .1rem; content: "✔"; color: var(--good); font-weight: 700 }
.claims .bad::before { content: "✘"; color: var(--bad) }
.wide { margin: .75rem 0 0; overflow-x: auto }
table { border-collapse: collapse; font-variant-numeric: tabular-nums }
th, td { padding: .25rem .9rem .25rem 0; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--line) }
th { color: var(--soft); font-weight: 500 }
th:first-child, td:first-child { text-align: left }
figure { margin: 1rem -.25rem 0 }
figure svg { display: block; width: 100%; height: auto }
footer { margin-top: 2rem; color: var(--soft) }
code { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: .9em }
@media (max-width: 500px) { main { padding: 1.25rem .75rem 3rem } section { padding: 1rem .8rem .8rem }
  figure { margin: 1rem -.6rem 0 } table { font-size: .85rem } th, td { padding-right: .6rem } h1 { font-size: 1.6rem } h2 { font-size: 1.25rem } }
`

const printTable = (table: Table): string => {
  const [head = [], ...rows] = table
  const cells = (row: ReadonlyArray<string>, tag: "th" | "td") =>
    `<tr>${row.map((cell) => `<${tag}>${escape(cell)}</${tag}>`).join("")}</tr>`
  return `<div class="wide"><table><thead>${cells(head, "th")}</thead><tbody>${
    rows.map((row) => cells(row, "td")).join("")
  }</tbody></table></div>`
}

const printPart = ({ about, claims, pictures, remark, table, title }: ShownPart, index: number): string =>
  [
    `<section id="part-${index + 1}">`,
    `<h2>${index + 1}. ${escape(title)}</h2>`,
    `<p class="soft">${escape(about)}</p>`,
    ...(remark === undefined ? [] : [`<p>${escape(remark)}</p>`]),
    ...(claims.length === 0 ? [] : [
      `<ul class="claims">${
        claims.map(({ holds, text }) => `<li${holds ? "" : " class=\"bad\""}>${escape(text)}</li>`).join("")
      }</ul>`
    ]),
    ...pictures.map((picture) => `<figure>${picture}</figure>`),
    ...(table === undefined ? [] : [printTable(table)]),
    "</section>"
  ].join("\n")

/** Writes the page, as HTML. */
export const page = ({ bucket, date, machine, parts, seconds }: Run): string => {
  const claims = parts.flatMap((part) => part.claims)
  const failed = claims.filter(({ holds }) => !holds).length
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<link rel="icon" href="data:,">
<title>effect-aws-cache: what one run of its demo showed</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>effect-aws-cache</h1>
<p class="lead">What caches over S3 and clients of AWS do for a program, shown by a run of the demo. All numbers and
pictures are of this one run.</p>
<p class="soft">On ${escape(bucket)}, in ${escape(seconds.toFixed(1))} seconds, ${escape(date)}; ${escape(machine)}.</p>
<p class="verdict${failed === 0 ? "" : " bad"}">${
    failed === 0
      ? `All ${claims.length} claims were checked, and hold`
      : `${failed} of ${claims.length} claims do not hold`
  }</p>
<nav><ol>${
    parts.map(({ title }, index) => `<li><a href="#part-${index + 1}">${escape(title)}</a></li>`).join("")
  }</ol></nav>
${parts.map(printPart).join("\n")}
<footer>Made by <code>npm run demo -- --html FILE</code>.</footer>
</main>
</body>
</html>
`
}
