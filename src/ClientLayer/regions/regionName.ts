/**
 * Names of regions, as the SDK accepts them.
 */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { partitions } from "./regionData.js"

/**
 * The name of a region: one host label (RFC 1123) of letters, digits and hyphens, at most 63 characters, or `*` for all
 * of them, as the SDK takes it. Which regions there are is not checked: new ones appear, and stores that speak S3 have
 * names of their own.
 */
const RegionName = Schema.String.pipe(Schema.pattern(/^(?:(?!-)(?!.*-$)[a-zA-Z0-9-]{1,63}|\*)$/))

const isRegionName = Schema.is(RegionName)

/** What the name of a region can be, for messages. */
export const acceptedRegionName = "a region name such as \"us-west-2\" (letters, digits and inner hyphens, at most 63)"

/** What a region field can be, for messages. */
export const acceptedRegion = `${acceptedRegionName}, or a function that provides one`

/** A normalised region. */
export interface Region {
  /** The region that requests are signed for. */
  readonly name: string
  /** Whether its name asked for FIPS endpoints (`"fips-us-east-1"`, `"us-east-1-fips"`). */
  readonly fips: boolean
  /** What clients are built with: as given, but the names of AWS's own regions in lower case. */
  readonly given: string
}

// The names that passed, so that a hit does not look at them again. Bounded, since a caller may make names up.
const known = new Map<string, Region>()
const knownLimit = 256

/**
 * Normalises a region, or returns `None` for anything else.
 *
 * AWS's own regions, those of `availableRegions` and the global ones, are told without regard to case, because AWS
 * refuses a request that is signed for `"US-EAST-1"`. Any other name is kept as it is: for a store whose region is
 * `"RegionOne"`, `"regionone"` is another one.
 */
export const normaliseRegion = (input: unknown): Option.Option<Region> => {
  if (typeof input !== "string") return Option.none()
  const remembered = known.get(input)
  if (remembered !== undefined) return Option.some(remembered)
  const region = folded(input)
  if (!isRegionName(region.name)) return Option.none()
  if (known.size < knownLimit) known.set(input, region)
  return Option.some(region)
}

const folded = (input: string): Region => {
  const lower = input.toLowerCase()
  const given = lower !== input && awsRegions().has(withoutFips(lower)) ? lower : input
  return { name: withoutFips(given), fips: isFips(given), given }
}

const isFips = (name: string): boolean => name.startsWith("fips-") || name.endsWith("-fips")

// The same folding as the SDK's (`getRealRegion` in @smithy/core).
const withoutFips = (name: string): string => {
  if (!isFips(name)) return name
  return name === "fips-aws-global" || name === "aws-fips"
    ? "us-east-1"
    : name.replace(/fips-(dkr-|prod-)?|-fips/, "")
}

let unpacked: ReadonlySet<string> | undefined

// Unpacked when somebody asks, for a name with capitals.
const awsRegions = (): ReadonlySet<string> =>
  unpacked ??= new Set(partitions.flatMap(({ regions }) => regions.trim().split(/\s+/)))
