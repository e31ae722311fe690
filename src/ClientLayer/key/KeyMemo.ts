/**
 * Recognising configurations that were seen before, without normalising them again.
 */
import * as Redacted from "effect/Redacted"
import { hasOnlyNames, isPlainObject } from "../values/plainData.js"
import { shownStrings } from "../values/printFields.js"
import { referenceId, referenceTag } from "../values/referenceId.js"
import { credentialsDigest } from "../values/staticCredentials.js"
import { ClientCustomization } from "./ClientCustomization.js"

/** Where something is remembered for a configuration and options. */
export interface Place<A> {
  content: A | undefined
}

/**
 * Remembers something, such as a key, for configurations and options: what makes different keys has different places.
 *
 * It is a tree whose steps are fields and their values, in the order in which they are written. To find a place costs a
 * small part of what it costs to normalise a configuration and digest it. Configurations are remembered by their content
 * alone, so one that was changed has another place. Only what keys show is remembered, and digests: a configuration with
 * other texts in it has no place, nor has one with nested data but for static credentials that a client was built with, or
 * whose object is seen again.
 */
export class KeyMemo<in out A> {
  private root = new Node<A>()
  private size = 0

  /** The place of a configuration and options as they are at this moment, if they have one. */
  place(config: unknown, options: unknown): Place<A> | undefined {
    try {
      if (this.size >= largest) {
        this.root = new Node()
        this.size = 0
      }
      const node = this.afterFields(this.root, config)
      return node === undefined || options === undefined ? node : this.afterOptions(node, options)
    } catch {
      // What cannot be read is told by whoever works out the key.
      return undefined
    }
  }

  private afterFields(root: Node<A>, config: unknown): Node<A> | undefined {
    if (config === undefined) return root
    if (!isPlainObject(config)) return undefined
    const names = Object.keys(config)
    // What is not enumerable, or named by a symbol, is for whoever works out the key.
    if (!hasOnlyNames(config, names.length)) return undefined
    let node: Node<A> | undefined = root
    for (const name of names) {
      const value = config[name]
      if (value === undefined) continue
      node = this.afterField(node, name, value)
      if (node === undefined) return undefined
    }
    return node
  }

  private afterField(node: Node<A>, name: string, value: unknown): Node<A> | undefined {
    switch (typeof value) {
      case "number":
        // A map takes it for 0, a key does not.
        if (Object.is(value, -0)) return undefined
        return this.next(node, Kind.plain, name, value)
      case "boolean":
        return this.next(node, Kind.plain, name, value)
      case "string":
        return node.next(Kind.plain, name, value)
          ?? (isShown(name, value) ? this.next(node, Kind.plain, name, value) : undefined)
      case "function":
        return this.next(node, Kind.reference, name, referenceTag(value) ?? referenceId(value))
      case "object": {
        if (name !== "credentials") return undefined
        const digest = isPlainObject(value) ? credentialsDigest(value) : redactedDigest(value)
        return digest === undefined ? undefined : this.next(node, Kind.secret, name, digest)
      }
      default:
        return undefined
    }
  }

  private afterOptions(from: Node<A>, options: unknown): Node<A> | undefined {
    if (typeof options !== "object" || options === null) return undefined
    const customize = "customize" in options ? options.customize : undefined
    const variant = "variant" in options ? options.variant : undefined
    let node = from
    if (customize !== undefined) {
      if (!(customize instanceof ClientCustomization)) return undefined
      node = this.next(node, Kind.option, "customize", customize.name)
    }
    if (variant !== undefined) {
      if (typeof variant !== "string") return undefined
      node = this.next(node, Kind.option, "variant", variant)
    }
    return node
  }

  private next(node: Node<A>, kind: Kind, name: string, value: Step): Node<A> {
    const found = node.next(kind, name, value)
    if (found !== undefined) return found
    this.size += 1
    return node.add(kind, name, value)
  }
}

const largest = 2000

type Step = string | number | boolean

// Values of different kinds never lead to the same place.
const Kind = { plain: 0, reference: 1, secret: 2, option: 3 } as const
type Kind = (typeof Kind)[keyof typeof Kind]

class Node<in out A> implements Place<A> {
  content: A | undefined = undefined
  private readonly byKind: Array<Map<string, Map<Step, Node<A>>> | undefined> = []
  // The step that was taken last: most programs ask with the same few configurations.
  private last: Node<A> | undefined = undefined
  private lastKind: Kind = Kind.plain
  private lastName = ""
  private lastValue: Step = ""

  next(kind: Kind, name: string, value: Step): Node<A> | undefined {
    if (this.lastName === name && this.lastValue === value && this.lastKind === kind && this.last !== undefined) {
      return this.last
    }
    const found = this.byKind[kind]?.get(name)?.get(value)
    if (found !== undefined) {
      this.last = found
      this.lastKind = kind
      this.lastName = name
      this.lastValue = value
    }
    return found
  }

  add(kind: Kind, name: string, value: Step): Node<A> {
    const byName = this.byKind[kind] ??= new Map<string, Map<Step, Node<A>>>()
    let byValue = byName.get(name)
    if (byValue === undefined) byName.set(name, byValue = new Map<Step, Node<A>>())
    const node = new Node<A>()
    byValue.set(value, node)
    return node
  }
}

const redactedDigest = (value: object | null): string | undefined => {
  const credentials = Redacted.isRedacted(value) ? Redacted.value(value) : undefined
  return isPlainObject(credentials) ? credentialsDigest(credentials) : undefined
}

const isShown = (name: string, value: string): boolean =>
  name === "endpoint" ? !/[@?#\\]/.test(value) : shownStrings.has(name)
