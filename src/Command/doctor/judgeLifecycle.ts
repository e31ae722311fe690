/**
 * What the lifecycle rules of a bucket do to the objects of a cache.
 */
import type { LifecycleRule } from "@aws-sdk/client-s3"
import { isUnknownToServer } from "./Answer.js"
import type { Facts } from "./Facts.js"
import { found, good, type Judgement, note, unseen, untried } from "./Finding.js"

/** The rules of a bucket, or why they are not known. */
type Rules =
  | { readonly isKnown: true; readonly rules: ReadonlyArray<LifecycleRule> }
  | { readonly isKnown: false; readonly judgement: Judgement }

const rulesOf = ({ lifecycle }: Facts): Rules => {
  if (lifecycle === undefined) return { isKnown: false, judgement: untried }
  if (lifecycle.isDone) {
    return { isKnown: true, rules: (lifecycle.output.Rules ?? []).filter(({ Status }) => Status === "Enabled") }
  }
  if (lifecycle.code === "NoSuchLifecycleConfiguration" || lifecycle.status === 404) return { isKnown: true, rules: [] }
  return {
    isKnown: false,
    judgement: unseen(
      isUnknownToServer(lifecycle)
        ? "the server knows no lifecycle rules"
        : "the role may not look at them (s3:GetLifecycleConfiguration)"
    )
  }
}

/** Which objects a rule is for. Objects of the cache have no tags, unless putOptions say so. */
interface Scope {
  readonly prefix: string
  readonly hasTags: boolean
  readonly above: number
  readonly below: number
}

const scopeOf = (rule: LifecycleRule): Scope => {
  const { Filter } = rule
  const both = Filter?.And
  return {
    prefix: both?.Prefix ?? Filter?.Prefix ?? oldPrefixOf(rule),
    hasTags: Filter?.Tag !== undefined || (both?.Tags ?? []).length > 0,
    above: both?.ObjectSizeGreaterThan ?? Filter?.ObjectSizeGreaterThan ?? 0,
    below: both?.ObjectSizeLessThan ?? Filter?.ObjectSizeLessThan ?? Number.POSITIVE_INFINITY
  }
}

// Where rules had it before there were filters; some servers still do.
const oldPrefixOf = (rule: object): string => "Prefix" in rule && typeof rule.Prefix === "string" ? rule.Prefix : ""

/** Whether a rule is for all that is under a prefix. */
const coversAll = (rule: LifecycleRule, prefix: string): boolean => {
  const scope = scopeOf(rule)
  return !scope.hasTags && scope.above === 0 && scope.below === Number.POSITIVE_INFINITY &&
    prefix.startsWith(scope.prefix)
}

/** Whether a rule is for some of what is under a prefix. */
const touches = (rule: LifecycleRule, prefix: string): boolean => {
  const scope = scopeOf(rule)
  return !scope.hasTags && (prefix.startsWith(scope.prefix) || scope.prefix.startsWith(prefix))
}

/** After how many days a rule removes what it is for. What it removes on a date is gone the day after it was written. */
const daysOf = ({ Expiration }: LifecycleRule): number =>
  Expiration?.Days ?? (Expiration?.Date === undefined ? Number.POSITIVE_INFINITY : 1)

const nameOf = ({ ID }: LifecycleRule): string => ID === undefined || ID === "" ? "a rule" : `rule "${ID}"`

/** The days of the rule that is the first to remove, and the rule. */
const firstOf = (rules: ReadonlyArray<LifecycleRule>) =>
  rules.reduce<{ readonly days: number; readonly rule: LifecycleRule | undefined }>(
    (first, rule) => daysOf(rule) < first.days ? { days: daysOf(rule), rule } : first,
    { days: Number.POSITIVE_INFINITY, rule: undefined }
  )

const days = (count: number) => count === 1 ? "a day" : `${count} days`

/** More than a marker of a tag has, in bytes. */
const markerBytes = 512

/** Whether rules remove what nobody reads again, and no marker of a tag before the entries it is about. */
export const judgeLifecycle = (facts: Facts): Judgement => {
  const seen = rulesOf(facts)
  if (!seen.isKnown) return seen.judgement
  const { keyPrefix } = facts.place
  const markers = `${keyPrefix}.tags/`
  const entries = firstOf(seen.rules.filter((rule) => coversAll(rule, keyPrefix)))
  const tags = firstOf(
    seen.rules.filter((rule) => touches(rule, markers) && scopeOf(rule).above < markerBytes)
  )
  if (tags.rule !== undefined && tags.days < entries.days) {
    const stay = entries.rule === undefined ? "entries stay for ever" : `entries stay ${days(entries.days)}`
    return found(
      `${nameOf(tags.rule)} removes the markers of tags (${markers}) after ${days(tags.days)}, and ${stay}: ` +
        "what was invalidated by its tag would count again",
      `let the rule for ${markers} take longer than any entry lives, or take ${markers} out of it`
    )
  }
  if (entries.rule === undefined) {
    const some = seen.rules.find((rule) => touches(rule, keyPrefix) && daysOf(rule) < Number.POSITIVE_INFINITY)
    return found(
      some === undefined
        ? "no rule removes objects under the prefix: what expired and is never read again stays, and is paid for"
        : `${nameOf(some)} removes a part of what is under the prefix; what else expired and is never read again stays`,
      `add a rule that expires ${keyPrefix} after more days than an entry lives, or run prune now and then`
    )
  }
  const says = `${nameOf(entries.rule)} removes what is older than ${days(entries.days)}`
  return entries.days <= 1
    ? note(`${says}: entries that are to live longer do not`, "give the rule more days than an entry lives")
    : good(says)
}

/** Classes of storage that cannot be read at once. */
const archived = new Set(["GLACIER", "DEEP_ARCHIVE"])

/** Whether rules move objects to where reading them is dear, or fails. */
export const judgeTransitions = (facts: Facts): Judgement => {
  const seen = rulesOf(facts)
  if (!seen.isKnown) return seen.judgement
  const { keyPrefix } = facts.place
  const moved = seen.rules.filter((rule) => touches(rule, keyPrefix)).flatMap((rule) => {
    const gone = firstOf(seen.rules.filter((other) => coversAll(other, keyPrefix) || other === rule)).days
    return (rule.Transitions ?? [])
      .filter(({ Days, Date }) => (Days ?? (Date === undefined ? 0 : 1)) < gone)
      .map(({ Days, StorageClass }) => ({ rule, days: Days ?? 0, to: StorageClass ?? "another class" }))
  })
  const worst = moved.find(({ to }) => archived.has(to)) ?? moved[0]
  if (worst === undefined) return good("objects stay in the class they are written to")
  const says = `${nameOf(worst.rule)} moves objects to ${worst.to} after ${days(worst.days)}`
  const todo = `keep the rule away from ${keyPrefix}, or let entries expire before`
  return archived.has(worst.to)
    ? found(`${says}, where reads fail with InvalidObjectState`, todo)
    : found(`${says}, where each read, and each object that goes early, costs more`, todo)
}

/** Whether a rule removes old versions of all that is under a prefix; nothing where rules are not known. */
export const removesOldVersions = (facts: Facts): boolean | undefined => {
  const seen = rulesOf(facts)
  return seen.isKnown
    ? seen.rules.some((rule) =>
      coversAll(rule, facts.place.keyPrefix) && rule.NoncurrentVersionExpiration?.NoncurrentDays !== undefined
    )
    : undefined
}
