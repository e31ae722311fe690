/**
 * Why a leased value is released.
 *
 * @since 1.0.0
 */
import type { RemovalReason } from "../engine/RemovalReason.js"

/**
 * Why a value is released: why it left the store, or
 *
 * - `discarded`: it was never in the store, because its key was written or removed while it was acquired, because
 *   nobody waited for it any more, or because the store cannot hold it;
 * - `closed`: the store's scope was closed.
 *
 * @since 1.0.0
 * @category models
 */
export type ReleaseReason = RemovalReason | "discarded" | "closed"
