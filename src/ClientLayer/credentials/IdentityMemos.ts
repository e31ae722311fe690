/**
 * The credentials of one identity, as they are for those who ask.
 */
import { anyField } from "./CredentialAsker.js"
import type { CredentialMemo } from "./CredentialMemo.js"
import { RecentlyUsed } from "./RecentlyUsed.js"

/**
 * The memos of one identity.
 *
 * Most sources of credentials do not care who asks. A role, however, is assumed in the region of the client that asks,
 * which is of another partition than the others perhaps, and a provider of the program's own may look at anything. What
 * a source looks at shows when it is asked. So there is one memo for all who ask, until that happens; from then on there
 * is one for all who are the same in what it has ever looked at.
 *
 * At most 64 are remembered.
 */
export class IdentityMemos {
  private readonly make: (key: string) => CredentialMemo
  private readonly memos: RecentlyUsed<CredentialMemo>
  private looksAt: ReadonlyArray<string> = []

  /**
   * @param make makes one for those with a key
   * @param isOver whether a memo has nothing that is of use
   */
  constructor(make: (key: string) => CredentialMemo, isOver: (memo: CredentialMemo) => boolean) {
    this.make = make
    this.memos = new RecentlyUsed(keysLimit, isOver)
  }

  /** The fields of clients that its source has looked at. Those who ask have a key of these. */
  get fields(): ReadonlyArray<string> {
    return this.looksAt
  }

  /** Says that its source has looked at a field. One that has looked at more than 32 is taken to look at everything. */
  learn(field: string): void {
    if (this.looksAt.includes(field) || this.looksAt.includes(anyField)) return
    this.looksAt = this.looksAt.length < fieldsLimit ? [...this.looksAt, field].toSorted() : [anyField]
  }

  /** The memo of those with a key. */
  memo(key: string): CredentialMemo {
    const known = this.memos.get(key)
    if (known !== undefined) return known
    const made = this.make(key)
    this.memos.set(key, made)
    return made
  }

  /** Says that what a memo has are credentials for those with another key than it was thought. */
  move(memo: CredentialMemo, key: string): void {
    if (memo.key === key) return
    this.memos.delete(memo.key)
    memo.key = key
    this.memos.set(key, memo)
  }

  /** All memos. */
  all(): ReadonlyArray<CredentialMemo> {
    return [...this.memos.values()]
  }
}

const keysLimit = 64
const fieldsLimit = 32
