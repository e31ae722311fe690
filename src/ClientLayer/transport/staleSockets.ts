/**
 * Whether an idle connection can be trusted.
 */
import type { Socket } from "node:net"
import type { Duplex } from "node:stream"
import { fieldOf } from "../values/fieldOf.js"
import { steadyTime, wallTime } from "./machineTime.js"

/** A moment, on two clocks. */
export interface Moment {
  /** Milliseconds since the epoch: goes on while a virtual machine is frozen. */
  readonly wall: number
  /** Milliseconds of a clock that nobody sets. */
  readonly steady: number
  /** For how many milliseconds the server has promised to keep the connection. */
  readonly promised: number
}

/** The present moment, with what the last response on a connection says of how long the server keeps it. */
export const momentOf = (socket?: Duplex): Moment => ({
  wall: wallTime(),
  steady: steadyTime(),
  promised: promisedTime(socket)
})

/** In a pause shorter than this, in milliseconds, no server gives up a connection. */
const pause = 1

/** Whether there was a pause, in which connections may have been closed unheard. */
export const hasPausedSince = (since: Moment): boolean =>
  steadyTime() - since.steady >= pause || Math.abs(wallTime() - since.wall) >= pause

/** How much the clocks may drift apart, in milliseconds, before the machine is taken to have been frozen. */
const drift = 1000

/** How long before its promised end a connection is used no more, in milliseconds: a request may be on its way. */
const margin = 1000

/**
 * Whether an idle connection is not to be used again: it is closed or closing, its promised time is over, or the machine
 * was frozen since it became idle, and what the server did meanwhile is not known.
 *
 * @param since when it became idle
 */
export const isStale = (socket: Socket, since: Moment | undefined): boolean => {
  if (socket.destroyed || socket.readyState !== "open") return true
  if (since === undefined) return false
  const wall = wallTime() - since.wall
  const steady = steadyTime() - since.steady
  return wall - steady > drift || Math.max(wall, steady) > since.promised - margin
}

const promisedTime = (socket: Duplex | undefined): number => {
  const message: unknown = socket === undefined ? undefined : Reflect.get(socket, "_httpMessage")
  const response: unknown = fieldOf(message, "res")
  const header: unknown = fieldOf(fieldOf(response, "headers"), "keep-alive")
  const seconds = typeof header === "string" ? /(?:^|[,;\s])timeout=(\d+)/i.exec(header)?.[1] : undefined
  return seconds === undefined ? Number.POSITIVE_INFINITY : Number(seconds) * 1000
}
