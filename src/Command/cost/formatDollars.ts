/**
 * Dollars for people.
 */

/** `$1,234`, `$12.30`, `$0.0054`, `< $0.0001`, `$0` */
export const formatDollars = (dollars: number): string => {
  if (dollars === 0) return "$0"
  if (dollars < 0.0001) return "< $0.0001"
  if (dollars < 0.01) return `$${Number(dollars.toPrecision(2))}`
  return dollars < 1000
    ? `$${dollars.toFixed(2)}`
    : `$${Math.round(dollars).toString().replace(/\B(?=(\d{3})+$)/g, ",")}`
}
