/**
 * Which versions and keyspaces nobody uses any more.
 */
import { isWanted, type Wanted } from "./entriesOf.js"
import type { SpaceSurvey } from "./survey.js"

/** Whether a space is meant: by its folder, or by the version in whose form entries in it are written. */
export const isNamed = (
  wanted: Wanted,
  { forms, keyspace, space }: Pick<SpaceSurvey, "forms" | "keyspace" | "space">
): boolean =>
  isWanted(wanted, space) ||
  (keyspace === wanted.keyspace && wanted.version !== undefined && forms.includes(wanted.version))

/**
 * The spaces that are retired.
 *
 * With `kept`: all that it does not name. Else of each keyspace the versions that are not the one that was written to
 * last, if nobody has written to them for so long: the last version of a keyspace never is. A folder of another library's
 * entries has no versions, and neither has what no header says anything of: they are retired only by name.
 *
 * @param idle in milliseconds
 */
export const retiredSpaces = (
  spaces: ReadonlyArray<SpaceSurvey>,
  kept: ReadonlyArray<Wanted> | undefined,
  idle: number,
  now: number
): ReadonlySet<string> => {
  if (kept !== undefined) {
    return new Set(
      spaces.flatMap((each) => kept.some((wanted) => isNamed(wanted, each)) ? [] : [each.space])
    )
  }
  const newest = new Map<string, SpaceSurvey>()
  for (const each of spaces) {
    if (!each.isVersion || each.entries === 0) continue
    const known = newest.get(each.keyspace)
    if (known === undefined || each.newest > known.newest) newest.set(each.keyspace, each)
  }
  return new Set(spaces.flatMap(({ isVersion, keyspace, newest: last, space }) => {
    const current = newest.get(keyspace)
    // Of what no time is known, nobody knows how long it was left alone.
    const isOld = isVersion && last > 0 && current !== undefined && current.space !== space && last < current.newest
    return isOld && now - last >= idle ? [space] : []
  }))
}
