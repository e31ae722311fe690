/**
 * What Effect knows its values by, and how it compares them.
 */
import * as Equal from "effect/Equal"
import * as Hash from "effect/Hash"

export const typeIdOf = (type: string): PropertyKey => `~effect/${type}`

export const redactableSymbol = Symbol.for("~effect/Redactable")

export const equalSymbol = Equal.symbol

export const hashSymbol = Hash.symbol

export const equalsByProtocol = (one: unknown, other: unknown): boolean => Equal.equals(one, other)

export const isStructuralByProtocol = (value: object): boolean => typeof value === "object" || Equal.isEqual(value)

export const hashByProtocol = (value: object): number => Hash.hash(value)
