/**
 * What the search of the site finds, and in which order: guides before the reference. The index is loaded by whoever
 * searches, so of the reference it has each name once, with the first words about it.
 */
import { readFile } from "node:fs/promises"
import { join, relative, sep } from "node:path"
import { htmlFolder, pagesFolder } from "./paths.mjs"

/** The words that people bring along, for sections that say it in others: the address of each, without `.html`. */
const searchWords = {
  "choosing": "which cache, overview, comparison",
  "getting-started#minio-localstack-or-no-server-at-all": "local development, docker, offline, emulator, moto, s3rver",
  "guides/keyspaces#how-fresh":
    "TTL, SWR, stale while revalidate, stale if error, expiry, max-age, cache-control, freshness",
  "guides/keyspaces#answers-that-there-is-none":
    "negative cache, negative caching, cache a 404, cache errors, not found",
  "guides/leases": "lease, leasing, thundering herd, cache stampede, dogpile, distributed lock, mutex, single flight",
  "guides/stores#computing-what-is-missing":
    "memoise, dedupe, coalescing, single flight, request collapsing, thundering herd",
  "guides/stores#when-a-computation-fails": "negative cache, negative caching, cache errors",
  "guides/stores": "in-memory cache, LRU cache",
  "guides/choosing-a-policy": "LRU, LFU, eviction, replacement",
  "guides/tags": "group invalidation, purge by tag, surrogate keys, bust the cache",
  "guides/keyspaces#changing-and-removing": "invalidate, delete, evict, bust the cache",
  "guides/requests#the-policy-that-suffices": "IAM, permissions, role, least privilege",
  "guides/requests#what-it-costs": "price, pricing, billing",
  "guides/s3-outages": "circuit breaker, fallback, resilience, downtime",
  "guides/metrics": "prometheus, monitoring, dashboards, observability",
  "guides/spans": "tracing, observability",
  "guides/testing": "mock, fake, vitest, jest, faults, chaos, minio, localstack, s3 server, conformance",
  "help/troubleshooting#which-durations-and-sizes-are-accepted":
    "5 mins, 5m, 1h, ms, milliseconds, TTL, minutes, megabytes, 64MB",
  "help/troubleshooting#can-the-second-level-be-redis": "redis, memcached, valkey, elasticache, upstash, database",
  "recipes/http": "next.js, express, fastify, hono, node http server",
  "recipes/lambda": "serverless, AWS Lambda, cold start"
}

/** These functions go to the reader's browser as they are written: they know nothing of this file. */
export const searchOptions = {
  boost: { title: 4, titles: 2, text: 1 },
  // Names of the reference are single words, which are found best: without a small weight they would come first.
  boostDocument: (id) =>
    /\/api\//.test(id) ? 0.12 : /\/(?:inside|changelog|examples|benchmarks|help\/coming)/.test(id) ? 0.3 : 1,
  fuzzy: (term) => (term.length > 4 ? 0.2 : false),
  processTerm: (term) =>
    /^(?:a|an|and|do|does|for|how|i|in|is|it|my|of|or|the|to|use|what|with)$/i.test(term) ?
      null
      : /^ttl$/i.test(term)
      ? ["ttl", "timetolive", "freshness", "expiry"]
      : term.toLowerCase(),
  prefix: (term) => term.length > 2
}

/** The parts of a name are words too: `staleWhileRevalidate` is found by "stale while revalidate". */
const withParts = (html) =>
  html.replaceAll(
    /<code[^>]*>([a-z]+(?:[A-Z][a-z]+)+)<\/code>/g,
    (whole, name) => `${whole} ${name.replaceAll(/(?=[A-Z])/g, " ")}`
  )

const textOf = (html) => html.replaceAll(/<[^>]*>/g, " ").replaceAll(/\s+/g, " ").trim()

const heading = /<h([1-6]) id="([^"]*)"[^>]*>([^]*?)<a class="header-anchor"[^]*?<\/a><\/h\1>/g

/** Lists of parameters and the like are of the name above them. */
const isOfAName =
  /^(?:parameters|returns|extends|type-parameters|example|since|throws|see|overrides|properties|methods)\b/

/** What is not to be found twice: what a class hands on of its service. */
const isTwin = /\/interfaces\/(?:\w+(?:Service|ServiceClass|Verbs|Layers|Tag)|Dict|SyncDict)\.md$/

const sectionOfReference = (html) => textOf(/<p>(?!<a[^>]*class="source")([^]*?)<\/p>/.exec(html)?.[1] ?? "")

/** The sections of a page, for the index. */
export const splitIntoSections = (file, html) => {
  const page = relative(pagesFolder, file).split(sep).join("/")
  const isReference = page.startsWith("api/")
  const address = page.replace(/\.md$/, "").replace(/(^|\/)index$/, "$1")
  // The front page says again what other pages say.
  if (page === "index.md") return []
  const heads = Array.from(html.matchAll(heading))
  const titles = []
  return heads.flatMap(([whole, level, anchor, content], at) => {
    const head = heads[at]
    const title = content.replaceAll(/<[^>]*>/g, "").trim()
    titles.length = Number(level) - 1
    titles[Number(level) - 1] = title
    if (isReference && (isOfAName.test(anchor) || (isTwin.test(page) && level !== "1"))) return []
    const body = html.slice(head.index + whole.length, heads[at + 1]?.index)
    const words = searchWords[level === "1" ? address : `${address}#${anchor}`] ?? ""
    return [{
      anchor,
      titles: isReference
        ? [titles[0], title].slice(level === "1" ? 1 : 0)
        : titles.filter((each) => each !== undefined),
      text: isReference ? sectionOfReference(body) : `${`${words} `.repeat(4)}${textOf(withParts(body))}`
    }]
  })
}

/** The words whose section is not in the built site, as problems. */
export const searchWordsWithoutPlace = async () => {
  const problems = await Promise.all(
    Object.keys(searchWords).map(async (address) => {
      const [page = "", anchor] = address.split("#")
      const html = await readFile(join(htmlFolder, `${page}.html`), "utf8").catch(() => "")
      const isThere = html !== "" && (anchor === undefined || html.includes(` id="${anchor}"`))
      return isThere ? [] : [`site/search.mjs has words for ${address}, which is not there`]
    })
  )
  return problems.flat()
}
