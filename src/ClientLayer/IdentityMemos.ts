/**
 * The credentials of one identity, as they are for those who ask.
 *
 * @since 0.1.0
 */
import type { CredentialMemo } from "./CredentialMemo.js"
import { RecentlyUsed } from "./RecentlyUsed.js"

/**
 * The memos of one identity.
 *
 * Most sources of credentials do not care who asks. A role, however, is assumed in the region of the client that asks,
 * which is of another partition than the others perhaps. Which kind a source is shows when it is asked: whether it calls
 * the `region` function it is shown. So there is one memo for all who ask, until that happens; from then on there is one
 * for each region, and who got credentials of another region asks again.
 *
 * At most 64 regions are remembered.
 *
 * @since 0.1.0
 * @category models
 */
export class IdentityMemos {
  private readonly make: () => CredentialMemo
  private readonly tied: RecentlyUsed<CredentialMemo>
  private common: CredentialMemo | undefined
  private regional = false

  /**
   * @param isOver whether a memo has nothing that is of use
   */
  constructor(make: () => CredentialMemo, isOver: (memo: CredentialMemo) => boolean) {
    this.make = make
    this.tied = new RecentlyUsed(regionsLimit, isOver)
  }

  /**
   * Whether its credentials depend on the region of who asks, as far as is known.
   *
   * @since 0.1.0
   */
  get isRegional(): boolean {
    return this.regional
  }

  /**
   * The memo for those in a region.
   *
   * @param region ignored while the credentials are not known to depend on it
   * @since 0.1.0
   */
  memo(region: string): CredentialMemo {
    if (!this.regional) {
      this.common ??= this.make()
      return this.common
    }
    const known = this.tied.get(region)
    if (known !== undefined) return known
    const made = this.make()
    made.tiedTo = region
    this.tied.set(region, made)
    return made
  }

  /**
   * Says that the credentials depend on the region of who asks.
   *
   * @param asked the memo for which that region was asked for; its credentials will be that region's
   * @since 0.1.0
   */
  tie(asked: CredentialMemo | undefined, region: string): void {
    this.regional = true
    this.common = undefined
    if (asked === undefined || asked.tiedTo !== undefined) return
    asked.tiedTo = region
    this.tied.set(region, asked)
  }

  /**
   * Whether anybody has got a memo.
   *
   * @since 0.1.0
   */
  get isUsed(): boolean {
    return this.common !== undefined || this.tied.size > 0
  }

  /**
   * All memos.
   *
   * @since 0.1.0
   */
  all(): ReadonlyArray<CredentialMemo> {
    return this.common === undefined ? [...this.tied.values()] : [this.common, ...this.tied.values()]
  }
}

const regionsLimit = 64
