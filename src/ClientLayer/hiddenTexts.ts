/**
 * The texts that keys do not show, and how they are masked where others show them.
 *
 * @since 0.1.0
 */
import { eachText, type TextKind } from "./eachText.js"
import { isHarmless, isNameLike } from "./harmlessTexts.js"
import { isUrl } from "./plainData.js"
import { shownStrings } from "./printFields.js"

/**
 * Texts that must not be shown. To look for them takes as long as the text is that they are looked for in, however many
 * there are.
 *
 * @since 0.1.0
 * @category models
 */
export class HiddenTexts {
  private readonly byStart = new Map<string, Map<string, boolean>>()
  private size = 0
  private complete = true

  /**
   * These texts, wherever they stand.
   *
   * @since 0.1.0
   */
  static of(...texts: ReadonlyArray<Iterable<string>>): HiddenTexts {
    const hidden = new HiddenTexts()
    for (const some of texts) for (const text of some) hidden.add(text)
    return hidden
  }

  /**
   * Whether they are all there are. When they are not, nothing that others say may be shown.
   *
   * @since 0.1.0
   */
  get isComplete(): boolean {
    return this.complete
  }

  /**
   * Whether there are none.
   *
   * @since 0.1.0
   */
  get isEmpty(): boolean {
    return this.size === 0 && this.complete
  }

  /**
   * One more. Texts of less than 4 characters are not hidden: masking them would only garble messages.
   *
   * @param asWord whether it is hidden only where it stands alone, not inside a longer word
   * @since 0.1.0
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

  /**
   * These and the others.
   *
   * @since 0.1.0
   */
  addAll(others: HiddenTexts): this {
    for (const texts of others.byStart.values()) for (const [text, asWord] of texts) this.add(text, asWord)
    this.complete &&= others.complete
    return this
  }

  /**
   * Says that there are more.
   *
   * @since 0.1.0
   */
  leaveIncomplete(): void {
    this.complete = false
  }

  /**
   * Whether one of them is in a text.
   *
   * @since 0.1.0
   */
  isIn(text: string): boolean {
    for (let at = 0; at + shortest <= text.length; at++) if (this.lengthAt(text, at) > 0) return true
    return false
  }

  /**
   * A text in which every one of them is `***`.
   *
   * @since 0.1.0
   */
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
 *
 * @since 0.1.0
 * @category secrets
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

const hide = (text: string, { isName, isSecret }: TextKind, hidden: HiddenTexts): void => {
  if (isName ? isNameLike(text) : !isSecret && isHarmless(text)) return
  const isWord = text.length < 8 && /^[a-z0-9]+$/i.test(text)
  if (isWord) {
    hidden.add(text, true)
    return
  }
  for (const form of formsOf(text)) hidden.add(form)
  if (text.includes("\n")) { for (const line of text.split(/\r?\n/)) if (!isHarmless(line)) hidden.add(line.trim()) }
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) hideInUrl(text, hidden)
  const [, value] = /^\s*[\w-]{1,40}\s+(\S+)\s*$/.exec(text.slice(0, longestHeader)) ?? []
  if (value !== undefined && text.length <= longestHeader && !isHarmless(value)) {
    for (const form of formsOf(value)) hidden.add(form)
    if (/^\s*basic\s/i.test(text)) hideUser(Buffer.from(value, "base64").toString(), hidden)
  }
}

const longestHeader = 8192

/** Of a URL, what stands before an `@`, behind a `?` and behind a `#`. */
const hideInUrl = (text: string, hidden: HiddenTexts): void => {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined) return
  if (url.username !== "" || url.password !== "") hideUser(`${decoded(url.username)}:${decoded(url.password)}`, hidden)
  const raw = /^[^/]*\/\/([^/?#]*)@/.exec(text)?.[1] ?? ""
  for (const part of [raw, ...raw.split(":"), url.username, url.password]) hidden.add(part)
  for (const part of [url.search.slice(1), url.hash.slice(1), ...url.searchParams.values()]) {
    if (!isHarmless(part)) { for (const form of formsOf(part)) hidden.add(form) }
  }
  if (raw !== "" || url.search !== "" || url.hash !== "") { for (const form of [text, url.href]) hidden.add(form) }
}

const hideUser = (userAndPassword: string, hidden: HiddenTexts): void => {
  const at = userAndPassword.indexOf(":")
  const parts = at === -1 ? [] : [userAndPassword.slice(0, at), userAndPassword.slice(at + 1)]
  for (const part of [userAndPassword, ...parts]) for (const form of formsOf(part)) hidden.add(form)
  hidden.add(Buffer.from(userAndPassword).toString("base64"))
}

/** A text as others may write it. */
const formsOf = (text: string): ReadonlySet<string> => {
  const inJson = JSON.stringify(text).slice(1, -1)
  const forms = new Set([text, text.trim(), inJson, JSON.stringify(inJson).slice(1, -1), decoded(text)])
  forms.add(text.replaceAll("\\", "\\\\").replaceAll("'", "\\'").replaceAll("\n", "\\n"))
  forms.add(text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll("\"", "&quot;"))
  try {
    forms.add(encodeURIComponent(text))
    forms.add(encodeURI(text))
  } catch {
    // Half a character has no such form.
  }
  return forms
}

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/**
 * Collects every string inside a secret value, so that it can be masked in the messages of others.
 *
 * @since 0.1.0
 * @category secrets
 */
export const rememberSecrets = (value: unknown, secrets: Set<string>): void => {
  eachText(value, (text, { isName }) => {
    if (!isName && text.length >= shortest) secrets.add(text)
  })
}

/**
 * A text in which every known secret of 4 characters or more is `***`.
 *
 * @since 0.1.0
 * @category secrets
 */
export const maskSecrets = (text: string, secrets: ReadonlySet<string>): string => HiddenTexts.of(secrets).mask(text)
