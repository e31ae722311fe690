/**
 * The metrics of all caches that are made with `metrics: true`. Each is labelled `cache.name`.
 *
 * @since 1.0.0
 */
import "../../effect/needsEffect3.js"
import { counter, gauge, histogram } from "../../effect/metrics.js"
import { durationBoundaries, metricTable } from "./metricTable.js"

/**
 * Lookups, and for hits where the entry was. Labelled `cache.keyspace`, `cache.outcome` and `cache.tier` as well.
 *
 * @since 1.0.0
 * @category metrics
 */
export const lookups = counter(metricTable.lookups)

/**
 * Writes that made an entry. Labelled `cache.keyspace` and `cache.tier` as well.
 *
 * @since 1.0.0
 * @category metrics
 */
export const insertions = counter(metricTable.insertions)

/**
 * Entries that left, and why. Labelled `cache.keyspace`, `cache.tier` and `cache.reason` as well.
 *
 * @since 1.0.0
 * @category metrics
 */
export const removals = counter(metricTable.removals)

/**
 * Writes into memory refused because the entry was heavier than the limit.
 *
 * @since 1.0.0
 * @category metrics
 */
export const rejections = counter(metricTable.rejections)

/**
 * How long computations, acquisitions and builds took. Labelled `cache.keyspace` and `cache.outcome` as well.
 *
 * @since 1.0.0
 * @category metrics
 */
export const computationDuration = histogram(metricTable.computationDuration, durationBoundaries)

/**
 * How long requests to the second level took. Labelled `cache.request`, `cache.outcome` and `error.type` as well.
 *
 * @since 1.0.0
 * @category metrics
 */
export const requestDuration = histogram(metricTable.requestDuration, durationBoundaries)

/**
 * Entries that are held in memory.
 *
 * @since 1.0.0
 * @category metrics
 */
export const entryCount = gauge(metricTable.entryCount)

/**
 * The most entries there may be in memory, where there is a limit.
 *
 * @since 1.0.0
 * @category metrics
 */
export const entryLimit = gauge(metricTable.entryLimit)

/**
 * The bytes of the entries in memory, where they are counted.
 *
 * @since 1.0.0
 * @category metrics
 */
export const memoryUsage = gauge(metricTable.memoryUsage)

/**
 * The most bytes of entries in memory, where there is a limit.
 *
 * @since 1.0.0
 * @category metrics
 */
export const memoryLimit = gauge(metricTable.memoryLimit)

/**
 * The weight of the entries, where a weigher of the program's tells it.
 *
 * @since 1.0.0
 * @category metrics
 */
export const weightUsage = gauge(metricTable.weightUsage)

/**
 * The most weight of entries, where there is a limit.
 *
 * @since 1.0.0
 * @category metrics
 */
export const weightLimit = gauge(metricTable.weightLimit)

/**
 * Values, clients or resources that somebody uses.
 *
 * @since 1.0.0
 * @category metrics
 */
export const leasedCount = gauge(metricTable.leasedCount)

/**
 * Open sockets of the clients. Labelled `cache.state` as well.
 *
 * @since 1.0.0
 * @category metrics
 */
export const socketCount = gauge(metricTable.socketCount)

/**
 * The circuit breaker of the second level: 0 closed, 1 half open, 2 open.
 *
 * @since 1.0.0
 * @category metrics
 */
export const circuitState = gauge(metricTable.circuitState)

/**
 * What else happened between the levels, by kind of event. Labelled `cache.keyspace` and `cache.event` as well.
 *
 * @since 1.0.0
 * @category metrics
 */
export const events = counter(metricTable.events)
