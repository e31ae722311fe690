/**
 * JSON that is small, and still reads well in a diff.
 */

/**
 * Writes a record as JSON, every field on a line of its own, and of a field that is an array every element. Numbers
 * have five digits that count.
 */
export const rowsOnLines = (record: object): string => {
  const fields = Object.entries(record).map(([name, value]) => {
    const text = Array.isArray(value) && value.length > 0
      ? `[\n${value.map((each) => `  ${compact(each)}`).join(",\n")}\n ]`
      : compact(value)
    return ` ${JSON.stringify(name)}: ${text}`
  })
  return `{\n${fields.join(",\n")}\n}\n`
}

const compact = (value: unknown): string =>
  JSON.stringify(
    value,
    (_, each: unknown) => typeof each === "number" && !Number.isInteger(each) ? Number(each.toPrecision(5)) : each
  )
