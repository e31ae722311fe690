/**
 * Writes `src/ClientLayer/regions/regionData.ts`, which services there are and where.
 *
 *     node scripts/generate-region-data.mjs path/to/botocore/data
 *
 * The folder is `botocore/data` of any recent release of botocore (`pip download botocore`, Debian's `python3-botocore`).
 * What partitions and regions there are is read from the AWS SDK in `node_modules` as well.
 */
import { existsSync, readdirSync } from "node:fs"
import { readFile, writeFile } from "node:fs/promises"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { gunzipSync } from "node:zlib"
import { root, runMain } from "./lib/run.mjs"

const target = "src/ClientLayer/regions/regionData.ts"

/** What the newest model of every service says of it. */
const readServices = async (folder) => {
  const services = []
  const folders = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  for (const { name } of folders) {
    const path = readdirSync(join(folder, name)).sort().reverse()
      .flatMap((version) => ["service-2.json", "service-2.json.gz"].map((file) => join(folder, name, version, file)))
      .find((path) => existsSync(path))
    if (path === undefined) continue
    const bytes = await readFile(path)
    const { metadata } = JSON.parse(path.endsWith(".gz") ? gunzipSync(bytes) : bytes)
    // The SDK for JavaScript names its packages after the service id: `@aws-sdk/client-` and this.
    services.push({
      name: metadata.serviceId.toLowerCase().replaceAll(" ", "-"),
      botocore: name,
      prefix: metadata.endpointPrefix
    })
  }
  return services.sort((one, other) => (one.name < other.name ? -1 : 1))
}

/** The partitions of the AWS SDK for JavaScript, which does not export them. */
const readPartitions = async () => {
  const manifest = createRequire(join(root, "package.json")).resolve("@aws-sdk/core/package.json")
  const path = "dist-es/submodules/client/util-endpoints/lib/aws/partitions.js"
  const source = await readFile(join(dirname(manifest), path), "utf8")
  const { version } = JSON.parse(await readFile(manifest, "utf8"))
  return { version, partitions: JSON.parse(/\{[^]*\}/.exec(source)[0]).partitions }
}

/** Wraps words, each of which is followed by a blank, into lines of a template literal. */
const wrap = (words) => {
  const lines = [""]
  for (const word of words) {
    if (/[`\\$\s]/.test(word)) throw new Error(`cannot be written: ${word}`)
    if (lines.at(-1).length + word.length > 118) lines.push("")
    lines[lines.length - 1] += lines.at(-1) === "" ? word : ` ${word}`
  }
  return lines.join("\n")
}

const mask = (names, index) => {
  const bits = names.reduce((bits, name) => bits | (1n << BigInt(index.get(name))), 0n)
  return bits === 0n ? "" : bits.toString(16)
}

await runMain(async () => {
  const [folder] = process.argv.slice(2)
  if (folder === undefined) throw new Error("usage: node scripts/generate-region-data.mjs path/to/botocore/data")
  const endpoints = JSON.parse(await readFile(join(folder, "endpoints.json"), "utf8"))
  const version = /__version__ = '(.*)'/.exec(await readFile(join(folder, "..", "__init__.py"), "utf8"))[1]
  const services = await readServices(folder)
  const sdk = await readPartitions()

  const partitions = sdk.partitions.map(({ id, regionRegex, regions }) => {
    const found = endpoints.partitions.find(({ partition }) => partition === id)
    const regional = Object.keys(found?.regions ?? {})
    const known = [...new Set([...Object.keys(regions), ...regional])].sort()
    const byPrefix = new Map(
      Object.entries(found?.services ?? {}).map(([prefix, { endpoints = {} }]) => [prefix, Object.keys(endpoints)])
    )
    // The common ones first: that makes short masks.
    const uses = new Map()
    for (const name of [...byPrefix.values()].flat()) uses.set(name, (uses.get(name) ?? 0) + 1)
    const others = [...uses.keys()].filter((name) => !regional.includes(name)).sort((one, other) =>
      uses.get(other) - uses.get(one) || (one < other ? -1 : 1)
    )
    const names = [...regional.sort(), ...others]
    return { id, regionRegex, known, regional: regional.length, names, byPrefix }
  })
  const indices = partitions.map(({ names }) => new Map(names.map((name, index) => [name, index])))

  // Two names of one service in botocore are one in the SDK.
  const names = [...new Set(services.map(({ name }) => name))]
  const words = names.map((name) => {
    const same = services.filter((service) => service.name === name)
    const aliases = same.map(({ botocore }) => botocore).filter((alias) => alias !== name)
    if (aliases.some((alias) => names.includes(alias))) throw new Error(`${aliases} is a service of its own`)
    const masks = partitions.map(({ byPrefix }, index) => mask(byPrefix.get(same[0].prefix) ?? [], indices[index]))
    return `${name}:${aliases.join(",")}:${masks.join(",").replace(/,+$/, "")}`
  })
  const date = new Date().toISOString().slice(0, 10)
  const text = `/**
 * Which AWS partitions, regions and services there are, and where. Generated on ${date} by
 * \`scripts/generate-region-data.mjs\`; do not edit.
 *
 * The facts are those of botocore ${version} (Copyright 2012-2022 Amazon.com, Inc. or its affiliates. All Rights Reserved.)
 * and of @aws-sdk/core ${sdk.version} (Copyright 2018 Amazon.com, Inc. or its affiliates. All Rights Reserved.), both under the
 * Apache License, Version 2.0 (http://www.apache.org/licenses/LICENSE-2.0), selected and packed.
 */

/**
 * The partitions. \`regional\` says how many of the \`endpoints\` are regions; the others are those of services without
 * regions, and variants.
 */
export const partitions: ReadonlyArray<{
  readonly name: string
  readonly pattern: RegExp
  readonly regions: string
  readonly regional: number
  readonly endpoints: string
}> = [
${
    partitions.map((partition) =>
      `  {
    name: ${JSON.stringify(partition.id)},
    pattern: /${partition.regionRegex.replaceAll("\\-", "-")}/,
    regions: \`
${wrap(partition.known)}
\`,
    regional: ${partition.regional},
    endpoints: \`
${wrap(partition.names)}
\`
  }`
    ).join(",\n")
  }
]

/**
 * The services, as \`name:alias:endpoints\`: its name in the AWS SDK for JavaScript, its name in botocore if that is
 * another, and for each partition which endpoints it has there, bits in hexadecimal.
 */
export const services = \`
${wrap(words)}
\`
`
  await writeFile(join(root, target), text)
  console.log(`${target}: ${partitions.length} partitions, ${names.length} services, ${text.length} bytes`)
})
