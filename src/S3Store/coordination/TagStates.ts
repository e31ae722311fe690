/**
 * What a process has met of tags.
 */
import { type Claim, credibleAhead, type TagMarker } from "./tagMarker.js"

/**
 * Up to when the entries of a tag are invalid, and up to when they have expired: those made at that time or before.
 * Milliseconds since the epoch, `-Infinity` for none.
 */
export interface TagMark {
  readonly invalidated: number
  readonly expired: number
}

/** The mark of entries that no tag concerns. */
const unmarked: TagMark = { invalidated: Number.NEGATIVE_INFINITY, expired: Number.NEGATIVE_INFINITY }

type How = keyof TagMark

/** The last mark of a kind. */
interface Last {
  /** The latest that was met in the store. */
  readonly at: number
  /** The latest that was made here, and not yet met in the store: its clock did not check it. */
  readonly own: number
  /** The number of the change that made it what it is. */
  readonly sequence: number
}

/** What there is to know of a tag. */
export interface TagState {
  readonly invalidated: Last
  readonly expired: Last
  /** What entries were made at that are ahead of this process's clock: marks are no earlier. */
  readonly floor: number
  /** When it was last asked for with success, in milliseconds since the epoch. */
  readonly asOf: number
  /** When its marker was changed by somebody, as far as that was heard: what was asked for before then does not do. */
  readonly doubtedAt: number
  /** Whether it could not be asked for since. */
  readonly isUnknown: boolean
}

const never: Last = { at: Number.NEGATIVE_INFINITY, own: Number.NEGATIVE_INFINITY, sequence: 0 }

const nothing: TagState = {
  invalidated: never,
  expired: never,
  floor: Number.NEGATIVE_INFINITY,
  asOf: Number.NEGATIVE_INFINITY,
  doubtedAt: Number.NEGATIVE_INFINITY,
  isUnknown: false
}

/**
 * What a process has met of tags, of a bounded number of them: the one that was not used for longest is forgotten first.
 * What was met once holds: no later answer of the store takes it back. Only a mark made here gives way to what the store
 * has of it, since it is corrected there when this process's clock is ahead.
 */
export class TagStates {
  /** How many marks were met so far. It tells what came before what, where the clock does not. */
  sequence = 0
  /** Later than all marks that are not far ahead of the clock: marks of other tags are no earlier. */
  latest = Number.NEGATIVE_INFINITY
  private readonly states = new Map<string, TagState>()
  private readonly capacity: number

  /** @param capacity how many tags to remember */
  constructor(capacity: number) {
    this.capacity = capacity
  }

  /** What there is to know of a tag. */
  of(tag: string): TagState {
    return this.states.get(tag) ?? nothing
  }

  /** The marks of several tags together. */
  mark(tags: ReadonlyArray<string>): TagMark {
    return tags.reduce((mark, tag) => {
      const { expired, invalidated } = this.of(tag)
      return {
        invalidated: Math.max(mark.invalidated, timeOf(invalidated)),
        expired: Math.max(mark.expired, timeOf(expired))
      }
    }, unmarked)
  }

  /**
   * When an entry with these tags counts as made.
   *
   * @param now when it began, by the clock
   * @param sequence how many marks had been met when it began
   */
  made(tags: ReadonlyArray<string>, now: number, sequence: number): number {
    const made = tags.reduce((made, tag) => {
      const { expired, invalidated } = this.of(tag)
      return [invalidated, expired].reduce(
        (made, last) => last.sequence > sequence ? made : Math.max(made, timeOf(last) + 1),
        made
      )
    }, now)
    if (made > now) this.raise(tags, made)
    // What was marked after it began is later, however far ahead the marks of its other tags are.
    return tags.reduce((made, tag) => {
      const { expired, invalidated } = this.of(tag)
      return [invalidated, expired].reduce(
        (made, last) => last.sequence > sequence && timeOf(last) >= now ? Math.min(made, timeOf(last)) : made,
        made
      )
    }, made)
  }

  /**
   * Whether an entry was invalidated by one of so many marks that had been met: of what began later, nothing is older.
   *
   * @param sequence how many marks had been met
   */
  isBefore(tags: ReadonlyArray<string>, made: number, sequence: number): boolean {
    return tags.some((tag) => {
      const { invalidated } = this.of(tag)
      return invalidated.sequence <= sequence && made <= timeOf(invalidated)
    })
  }

  /** What is known of a tag as a marker would say it. */
  known(tag: string): TagMarker {
    const { expired, invalidated } = this.of(tag)
    return { invalidated: claimOf(invalidated), expired: claimOf(expired), parts: false }
  }

  /** There is an entry with these tags that was made at a time still to come. */
  raise(tags: ReadonlyArray<string>, made: number): void {
    for (const tag of tags) this.change(tag, (state) => ({ ...state, floor: Math.max(state.floor, made) }))
  }

  /**
   * A marker was loaded.
   *
   * @param asOf when its load began
   */
  meet(tag: string, marker: TagMarker, asOf: number): void {
    this.change(tag, (state) => ({
      ...state,
      invalidated: this.next(state.invalidated, marker.invalidated, asOf),
      expired: this.next(state.expired, marker.expired, asOf),
      asOf,
      isUnknown: false
    }))
  }

  /**
   * A tag was marked here.
   *
   * @param now by the clock
   */
  marked(tag: string, hows: ReadonlyArray<How>, at: number, now: number): void {
    this.advance(at, now)
    this.change(tag, (state) => {
      const sequence = ++this.sequence
      return hows.reduce(
        (state, how) => ({ ...state, [how]: { ...state[how], own: Math.max(state[how].own, at), sequence } }),
        state
      )
    })
  }

  /** A tag could not be asked for. */
  unknown(tag: string): void {
    this.change(tag, (state) => ({ ...state, isUnknown: true }))
  }

  /** Somebody has changed its marker. */
  doubt(tag: string, now: number): void {
    this.change(tag, (state) => ({ ...state, doubtedAt: now }))
  }

  private advance(time: number, now: number): void {
    if (time <= now + credibleAhead) this.latest = Math.max(this.latest, time + 1)
  }

  private next(last: Last, { at, claimed }: Claim, now: number): Last {
    this.advance(at, now)
    const next = { at: Math.max(last.at, at), own: claimed >= last.own ? Number.NEGATIVE_INFINITY : last.own }
    return { ...next, sequence: timeOf(next) > timeOf(last) ? ++this.sequence : last.sequence }
  }

  private change(tag: string, change: (state: TagState) => TagState): void {
    const state = change(this.of(tag))
    this.states.delete(tag)
    this.states.set(tag, state)
    if (this.states.size <= this.capacity) return
    for (const oldest of this.states.keys()) {
      this.states.delete(oldest)
      return
    }
  }
}

const timeOf = ({ at, own }: { readonly at: number; readonly own: number }): number => Math.max(at, own)

const claimOf = (last: Last): Claim => ({ at: timeOf(last), claimed: timeOf(last) })
