/**
 * The texts that keys do not show, and how they are masked where others show them.
 */
import { inspect } from "node:util"
import { eachText, type TextKind } from "../values/eachText.js"
import { isHarmless, isNameLike } from "../values/harmlessTexts.js"
import { isObjectPrototype, isUrl } from "../values/plainData.js"
import { shownStrings } from "../values/printFields.js"

/**
 * Texts that must not be shown. To look for them takes as long as the text is that they are looked for in, however many
 * there are.
 */
export class HiddenTexts {
  private readonly byStart = new Map<string, Map<string, boolean>>()
  private size = 0
  private complete = true

  /** These texts, wherever they stand. */
  static of(...texts: ReadonlyArray<HiddenTexts | Iterable<string>>): HiddenTexts {
    const hidden = new HiddenTexts()
    for (const some of texts) {
      if (some instanceof HiddenTexts) hidden.addAll(some)
      else for (const text of some) hidden.add(text)
    }
    return hidden
  }

  /** Whether they are all there are. When they are not, nothing that others say may be shown. */
  get isComplete(): boolean {
    return this.complete
  }

  /** Whether there are none. */
  get isEmpty(): boolean {
    return this.size === 0 && this.complete
  }

  /**
   * One more. Texts of less than 4 characters are not hidden: masking them would only garble messages.
   *
   * @param asWord whether it is hidden only where it stands alone, not inside a longer word
   */
  add(text: string, asWord = false): void {
    if (text.length < shortest) return
    if (this.size >= mostTexts) {
      this.complete = false
      return
    }
    const start = text.slice(0, shortest)
    let texts = this.byStart.get(start)
    if (texts === undefined) this.byStart.set(start, texts = new Map())
    if (!texts.has(text)) this.size += 1
    texts.set(text, asWord && texts.get(text) !== false)
  }

  /** These and the others. */
  addAll(others: HiddenTexts): this {
    for (const texts of others.byStart.values()) for (const [text, asWord] of texts) this.add(text, asWord)
    this.complete &&= others.complete
    return this
  }

  /** Says that there are more. */
  leaveIncomplete(): void {
    this.complete = false
  }

  /** Whether one of them is in a text. */
  isIn(text: string): boolean {
    for (let at = 0; at + shortest <= text.length; at++) if (this.lengthAt(text, at) > 0) return true
    return false
  }

  /** A text in which every one of them is `***`. */
  mask(text: string): string {
    if (this.size === 0) return text
    let masked = ""
    let from = 0
    let until = 0
    for (let at = 0; at < text.length; at++) {
      const length = at + shortest <= text.length ? this.lengthAt(text, at) : 0
      if (length === 0) continue
      // They may overlap, and then none of them is shown in part.
      if (at >= until) {
        masked += `${text.slice(from, at)}***`
        until = at
      }
      until = Math.max(until, at + length)
      from = until
    }
    return masked + text.slice(from)
  }

  /** How long the longest one is that begins here. */
  private lengthAt(text: string, at: number): number {
    const texts = this.byStart.get(text.slice(at, at + shortest))
    let longest = 0
    if (texts === undefined) return longest
    for (const [hidden, asWord] of texts) {
      if (hidden.length <= longest || !text.startsWith(hidden, at)) continue
      if (asWord && (isLetter(text[at - 1]) || isLetter(text[at + hidden.length]))) continue
      longest = hidden.length
    }
    return longest
  }
}

const shortest = 4
const mostTexts = 50_000

const isLetter = (character: string | undefined): boolean => character !== undefined && /[a-z0-9]/i.test(character)

/**
 * Collects the texts of a configuration that its key does not show: every string at any depth, in data and in instances,
 * but for the few fields that keys show, and for words that say nothing (`isHarmless`).
 */
export const hiddenTexts = (
  named: Iterable<readonly [name: string, value: unknown]>,
  symbols: Iterable<readonly [name: symbol, value: unknown]> = []
): HiddenTexts => {
  const hidden = new HiddenTexts()
  const shown = new Set<string>()
  const others: Array<readonly [value: unknown, isSecret: boolean]> = []
  for (const [name, value] of named) {
    if (typeof value === "string" && shownStrings.has(name)) shown.add(value)
    else if (name === "endpoint" && (typeof value === "string" || isUrl(value))) hideInUrl(String(value), hidden)
    else others.push([value, name === "credentials" || name === "token"])
  }
  for (const [, value] of symbols) others.push([value, false])
  for (const [value, isSecret] of others) {
    const walk = eachText(value, (text, kind) => {
      if (!shown.has(text) || kind.isSecret) hide(text, kind, hidden)
    }, isSecret)
    if (!walk.isComplete) hidden.leaveIncomplete()
  }
  return hidden
}

/** The same of a configuration as it was given, whatever it is. Fields that cannot be read hide nothing. */
export const hiddenTextsOf = (config: unknown): HiddenTexts => {
  if (typeof config !== "object" || config === null) return hiddenTexts([["config", config]])
  const named: Array<readonly [string, unknown]> = []
  const symbols: Array<readonly [symbol, unknown]> = []
  for (let at: object | null = config; at !== null && !isObjectPrototype(at); at = Object.getPrototypeOf(at)) {
    for (const name of Reflect.ownKeys(at)) {
      try {
        const value: unknown = Reflect.get(config, name)
        if (typeof name === "string") named.push([name, value])
        else symbols.push([name, value])
      } catch {
        continue
      }
    }
  }
  return hiddenTexts(named, symbols)
}

const hide = (text: string, { isName, isSecret }: TextKind, hidden: HiddenTexts): void => {
  if (isName ? isNameLike(text) : !isSecret && isHarmless(text)) return
  if (text.length < 8 && /^[a-z0-9]+$/i.test(text)) {
    hidden.add(text, true)
    return
  }
  hideForms(text, hidden)
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) hideInUrl(text, hidden)
  const [, value] = /^\s*[\w-]{1,40}\s+(\S+)\s*$/.exec(text.slice(0, longestHeader)) ?? []
  if (value !== undefined && text.length <= longestHeader && !isHarmless(value)) {
    hideForms(value, hidden)
    if (/^\s*basic\s/i.test(text)) hideUser(Buffer.from(value, "base64").toString(), hidden)
  }
}

const longestHeader = 8192

/** Of a URL, what stands before an `@`, behind a `?` and behind a `#`. */
const hideInUrl = (text: string, hidden: HiddenTexts): void => {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined) return
  const raw = /^[^/]*\/\/([^/?#]*)@/.exec(text)?.[1] ?? ""
  const { hash, password, search, searchParams, username } = url
  if (username !== "" || password !== "") hideUser(`${decoded(username)}:${decoded(password)}`, hidden)
  const parts = [search.slice(1), hash.slice(1), ...searchParams.values()].filter((part) => !isHarmless(part))
  if (raw !== "" || search !== "" || hash !== "") parts.push(text, url.href)
  for (const part of [raw, ...raw.split(":"), username, password, ...parts]) hideForms(part, hidden)
}

const hideUser = (userAndPassword: string, hidden: HiddenTexts): void => {
  const at = userAndPassword.indexOf(":")
  const parts = at === -1 ? [] : [userAndPassword.slice(0, at), userAndPassword.slice(at + 1)]
  for (const part of [userAndPassword, ...parts]) hideForms(part, hidden)
  hidden.add(Buffer.from(userAndPassword).toString("base64"))
}

/** Hides a text as others may write it: in JSON, in a URL, in XML, as it is inspected. */
const hideForms = (text: string, hidden: HiddenTexts): void => {
  if (text.length < shortest) return
  const inJson = JSON.stringify(text).slice(1, -1)
  const inUrl = encoded(text)
  for (const form of [text, text.trim(), inJson, inUrl, decoded(text), inXml(text)]) hidden.add(form)
  for (const form of [JSON.stringify(inJson).slice(1, -1), encoded(inUrl), encoded(inJson)]) hidden.add(form)
  hidden.add(inspect(text, { maxStringLength: null }).slice(1, -1))
  if (!/[\r\n]/.test(text)) return
  for (const line of text.split(/\r\n|\r|\n/)) if (!isHarmless(line)) hideForms(line, hidden)
}

const inXml = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll("\"", "&quot;")

const encoded = (text: string): string => {
  try {
    return encodeURIComponent(text)
  } catch {
    // Half a character has no such form.
    return text
  }
}

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Collects every string inside a secret value, so that it can be masked in the messages of others. */
export const rememberSecrets = (value: unknown, secrets: Set<string>): void => {
  eachText(value, (text, { isName }) => {
    if (!isName && text.length >= shortest) secrets.add(text)
  })
}

/** A text in which every known secret of 4 characters or more is `***`. */
export const maskSecrets = (text: string, secrets: ReadonlySet<string>): string => HiddenTexts.of(secrets).mask(text)
