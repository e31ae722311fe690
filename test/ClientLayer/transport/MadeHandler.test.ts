import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { CommonAgents, MadeHandler } from "../../../src/ClientLayer/transport/MadeHandler.js"
import { turns } from "../../support/until.js"

const throwing = (name: string): object =>
  Object.defineProperty({}, name, {
    get: () => {
      throw new Error("a getter")
    }
  })

const answers: Readonly<Record<string, () => unknown>> = {
  nothing: () => undefined,
  "a response that cannot be read": () => Promise.resolve(throwing("response")),
  "a body that cannot be read": () => Promise.resolve({ response: throwing("body") }),
  "a failure": () => Promise.reject(new Error("refused"))
}

describe("MadeHandler", () => {
  for (const [what, answer] of Object.entries(answers)) {
    it.effect(`a handler that answers ${what} is quiet afterwards`, () =>
      Effect.gen(function*() {
        const handler = { handle: answer }
        const made = new MadeHandler(handler, new CommonAgents({}), () => {})
        const asked = Promise.resolve(handler.handle()).catch(() => {})
        assert.strictEqual(made.busy, 1)
        yield* Effect.promise(() => asked)
        yield* turns(2)
        assert.strictEqual(made.busy, 0)
      }))
  }
})
