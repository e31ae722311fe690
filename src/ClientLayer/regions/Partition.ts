/**
 * What is known of AWS partitions, and of the regions and services in them, without asking AWS.
 *
 * @since 1.0.0
 */
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import type { OptionKinds } from "../../Cache/engine/options/optionKinds.js"
import { UnknownRegionError } from "../errors/SessionErrors.js"
import * as regionData from "./regionData.js"
import { normaliseRegion } from "./regionName.js"

/**
 * Which regions of a service to list.
 *
 * @since 1.0.0
 * @category models
 */
export interface RegionsOptions {
  /** The partition, such as `"aws-cn"`. Default `"aws"`. */
  readonly partition?: string | undefined
  /** Whether to list endpoints that are no regions too, such as `"aws-global"` or `"fips-us-east-1"`. Default `false`. */
  readonly allowNonRegional?: boolean | undefined
}

/** Which options lists of regions have. */
export const regionsKinds: OptionKinds<RegionsOptions> = { partition: "text", allowNonRegional: "flag" }

/** The names of the partitions, `"aws"` first. */
export const availablePartitions: ReadonlyArray<string> = regionData.partitions.map(({ name }) => name)

/**
 * The partition of a region: the one that has it, else the one whose regions are named like it, so that regions newer
 * than the data are found. Names of FIPS and upper-case forms count as the region they stand for.
 *
 * Fails with `UnknownRegionError` for anything else. The SDK takes it for a region of `"aws"`.
 */
export const partitionForRegion = (region: string): Either.Either<string, UnknownRegionError> => {
  const name = Option.match(normaliseRegion(region.toLowerCase()), { onNone: () => "", onSome: ({ name }) => name })
  const { partitions } = tables()
  const found = partitions.find(({ regions }) => regions.has(name))
    ?? partitions.find(({ pattern }) => pattern.test(name))
  return found === undefined ? Either.left(new UnknownRegionError({ region })) : Either.right(found.name)
}

/**
 * The regions in which a service is known to be, in alphabetical order. The list is not complete: it is as old as the
 * data. A service or a partition that is not known has none, nor has one that is not regional, such as IAM.
 *
 * @param service its name in the SDK for JavaScript (`"s3"`, as in `@aws-sdk/client-s3`), or in the SDK for Python
 */
export const availableRegions = (service: string, options: RegionsOptions = {}): ReadonlyArray<string> => {
  const { partitions, services } = tables()
  const index = partitions.findIndex(({ name }) => name === (options.partition ?? "aws"))
  const partition = partitions[index]
  const mask = BigInt(`0x0${services.get(service)?.[index] ?? ""}`)
  return (partition?.endpoints ?? [])
    .slice(0, options.allowNonRegional === true ? undefined : partition?.regional)
    .filter((_, bit) => (mask >> BigInt(bit)) & 1n)
    .sort()
}

/**
 * The names of the known services in the SDK for JavaScript, in alphabetical order: `@aws-sdk/client-` and a name is a
 * package.
 */
export const availableServices = (): ReadonlyArray<string> => tables().names

interface Tables {
  readonly partitions: ReadonlyArray<{
    readonly name: string
    readonly pattern: RegExp
    readonly regions: ReadonlySet<string>
    readonly regional: number
    readonly endpoints: ReadonlyArray<string>
  }>
  readonly names: ReadonlyArray<string>
  readonly services: ReadonlyMap<string, ReadonlyArray<string>>
}

let unpacked: Tables | undefined

// Unpacked when somebody asks.
const tables = (): Tables => {
  unpacked ??= unpack()
  return unpacked
}

const unpack = (): Tables => {
  const services = new Map<string, ReadonlyArray<string>>()
  const names = wordsOf(regionData.services).map((word) => {
    const [name = "", aliases = "", masks = ""] = word.split(":")
    for (const known of `${name},${aliases}`.split(",")) {
      if (known !== "") services.set(known, masks.split(","))
    }
    return name
  })
  return {
    names,
    services,
    partitions: regionData.partitions.map((partition) => ({
      ...partition,
      regions: new Set(wordsOf(partition.regions)),
      endpoints: wordsOf(partition.endpoints)
    }))
  }
}

const wordsOf = (text: string): ReadonlyArray<string> => text.trim().split(/\s+/)
