/**
 * What operations take.
 */

/** Nanoseconds of processor time for each operation: a machine that is busy elsewhere changes it less than other time. */
export const perOperation = async (run: () => unknown, operations: number): Promise<number> => {
  const start = process.cpuUsage()
  await run()
  const { system, user } = process.cpuUsage(start)
  return ((user + system) * 1000) / operations
}
