/**
 * Effect's structural equality.
 */
import * as Equal from "effect/Equal"
import * as Hash from "effect/Hash"

export const equalSymbol = Equal.symbol

export const hashSymbol = Hash.symbol

export const equalsByProtocol = (one: unknown, other: unknown): boolean => Equal.equals(one, other)

export const isStructuralByProtocol = (value: object): boolean => typeof value === "object" || Equal.isEqual(value)

export const hashByProtocol = (value: object): number => Hash.hash(value)
