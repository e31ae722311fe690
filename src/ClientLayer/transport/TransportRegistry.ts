/**
 * All transports a cache has to close one day.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Work } from "../../Cache/background/Work.js"
import type { AwsClient } from "../sdk/AwsClient.js"
import type { TransportFigures } from "./ConnectionPool.js"
import { drainTransports, whenQuiet } from "./drainTransports.js"
import { Transport } from "./Transport.js"

/**
 * Knows the transports of all clients that a cache built and that may still have connections, those of clients that
 * left the cache among them.
 *
 * They are remembered weakly. A transport whose client was dropped and whose connections have closed is forgotten,
 * however many clients come and go; one that still has a connection, or a client someone could use, is not. Of HTTP/2,
 * whose connections do not tell, the last 1,000 are remembered whose clients were handed out and left the cache.
 */
export class TransportRegistry {
  private remembered = new Set<WeakRef<Transport>>()
  // Connections of HTTP/2 do not keep their transport alive.
  private readonly undrainable = new Set<Transport>()
  // Those of them that are left alone, because their clients were handed out: the ones released first come first.
  private readonly released = new Set<Transport>()
  private readonly byClient = new WeakMap<AwsClient, Transport>()
  private sweepAt = 32

  /**
   * Makes one. When the scope closes, requests and bodies may end as long as there is time; then it destroys what it
   * knows.
   *
   * @param timeLeft in milliseconds, asked for when the scope closes
   */
  static readonly make = (timeLeft: Effect.Effect<number>): Effect.Effect<TransportRegistry, never, Scope.Scope> =>
    Effect.acquireRelease(
      Effect.sync(() => new TransportRegistry()),
      (self) =>
        Effect.zipRight(
          Effect.flatMap(timeLeft, (millis) => drainTransports(self.closing(), millis)),
          Effect.sync(() => self.destroyAll())
        )
    )

  /** How many it remembers, those forgotten only at the next sweep included. For tests. */
  get size(): number {
    return this.remembered.size + this.undrainable.size
  }

  /** Remembers the transport of a client. */
  register(client: AwsClient, transport: Transport): void {
    this.byClient.set(client, transport)
    if (!transport.isOwned && !transport.isLent) return
    if (transport.isOwned && !transport.isDrainable) {
      this.undrainable.add(transport)
      return
    }
    this.rememberWeakly(transport)
  }

  /** The transport of a client this cache built; for any other client a borrowed one. */
  transportOf(client: AwsClient): Transport {
    return this.byClient.get(client) ?? Transport.borrowed()
  }

  /** One holder of a transport more. */
  hold(transport: Transport): void {
    transport.hold()
    this.released.delete(transport)
    if (transport.isOwned && !transport.isDrainable) this.undrainable.add(transport)
  }

  /** One holder of a transport less. */
  release(transport: Transport): void {
    transport.release()
    if (transport.isDestroyed) {
      this.undrainable.delete(transport)
      this.released.delete(transport)
    } else if (transport.isReleased && this.undrainable.has(transport)) {
      this.released.add(transport)
      const [oldest] = this.released
      if (this.released.size <= mostReleased || oldest === undefined) return
      this.released.delete(oldest)
      this.undrainable.delete(oldest)
      this.rememberWeakly(oldest)
    }
  }

  /** Cuts off what is left of the connections of a transport that has no holder. */
  cutOff(transport: Transport): void {
    transport.destroy("DrainTimeout")
    this.undrainable.delete(transport)
    this.released.delete(transport)
  }

  /** The connections of all of them together, and how many transports without a holder still have some. */
  figures(): TransportFigures & { readonly draining: number } {
    const sum = { openSockets: 0, freeSockets: 0, queuedRequests: 0, draining: 0 }
    for (const transport of this.transports()) {
      const figures = transport.figures()
      if (transport.isReleased && figures.openSockets > 0) sum.draining += 1
      sum.openSockets += figures.openSockets
      sum.freeSockets += figures.freeSockets
      sum.queuedRequests += figures.queuedRequests
    }
    return sum
  }

  /** The transports without a holder on which something is still under way, as work in the background. */
  readonly drains: Work = () => {
    const draining = this.transports().filter(isDraining)
    return {
      ended: whenQuiet(draining),
      open: () => ({ releases: draining.filter(isDraining).length })
    }
  }

  private rememberWeakly(transport: Transport): void {
    if (this.remembered.size >= this.sweepAt) {
      const alive = new Set([...this.remembered].flatMap((ref) => ref.deref() ?? []))
      this.remembered = new Set([...alive].map((transport) => new WeakRef(transport)))
      this.sweepAt = Math.max(32, this.remembered.size * 2)
    }
    this.remembered.add(new WeakRef(transport))
  }

  private transports(): ReadonlyArray<Transport> {
    const weak = [...this.remembered].flatMap((ref) => ref.deref() ?? [])
    return [...new Set([...weak, ...this.undrainable])]
  }

  // What another cache has too is closed with that one.
  private closing(): ReadonlyArray<Transport> {
    return this.transports().filter((transport) => transport.isOwned && !transport.isHeld)
  }

  private destroyAll(): void {
    for (const transport of this.closing()) {
      try {
        transport.destroy("Closed")
      } catch {
        // A client class whose `destroy` throws must not keep the others from being closed.
      }
    }
    this.remembered.clear()
    this.undrainable.clear()
    this.released.clear()
  }
}

const isDraining = (transport: Transport): boolean =>
  transport.isOwned && transport.isDrainable && transport.isReleased && !transport.isDestroyed && transport.isBusy

const mostReleased = 1000
