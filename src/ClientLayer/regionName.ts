/**
 * Names of AWS regions, as the SDK accepts them.
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

/**
 * The name of a region: one host label (RFC 1123) of lower-case letters, digits and hyphens, at most 63 characters.
 * Upper-case letters are made lower-case, because the SDK would sign for `"US-EAST-1"`, which AWS refuses. Which
 * regions there are is not checked: new ones appear.
 *
 * @since 0.1.0
 * @category schemas
 */
export const RegionName = Schema.transform(
  Schema.String,
  Schema.String.pipe(Schema.pattern(/^(?!-)(?!.*-$)[a-z0-9-]{1,63}$/)),
  { strict: true, decode: (name) => name.toLowerCase(), encode: (name) => name }
)

const decode = Schema.decodeUnknownEither(RegionName)

/**
 * What the name of a region can be, for messages.
 *
 * @since 0.1.0
 * @category formatting
 */
export const acceptedRegionName = "a region name such as \"us-west-2\" (letters, digits and inner hyphens, at most 63)"

/**
 * What a region field can be, for messages.
 *
 * @since 0.1.0
 * @category formatting
 */
export const acceptedRegion = `${acceptedRegionName}, or a function that provides one`

/**
 * A normalised region: its name, and whether the name asked for FIPS endpoints (`"fips-us-east-1"`,
 * `"us-east-1-fips"`), which the SDK takes as `useFipsEndpoint: true`.
 *
 * @since 0.1.0
 * @category models
 */
export interface Region {
  readonly name: string
  readonly fips: boolean
}

// The names that passed, so that a hit does not run the schema again. Bounded, since a caller may make names up.
const known = new Map<string, Region>()
const knownLimit = 256

/**
 * Normalises a region, or returns `None` for what is none.
 *
 * @since 0.1.0
 * @category decoding
 */
export const normaliseRegion = (input: unknown): Option.Option<Region> => {
  const remembered = typeof input === "string" ? known.get(input) : undefined
  if (remembered !== undefined) return Option.some(remembered)
  const lower = typeof input === "string" ? input.toLowerCase() : input
  const fips = typeof lower === "string" && (lower.startsWith("fips-") || lower.endsWith("-fips"))
  const decoded = decode(fips ? withoutFips(lower) : lower)
  if (Either.isLeft(decoded)) return Option.none()
  const region = { name: decoded.right, fips }
  if (typeof input === "string" && known.size < knownLimit) known.set(input, region)
  return Option.some(region)
}

// The same folding as the SDK's (`getRealRegion` in @smithy/core).
const withoutFips = (name: string): string =>
  name === "fips-aws-global" || name === "aws-fips" ? "us-east-1" : name.replace(/fips-(dkr-|prod-)?|-fips/, "")
