import { assert } from "@effect/vitest"
import { afterAll, afterEach, beforeAll, it } from "vitest"

type Run = (context: { readonly assert: typeof assert; readonly cleanup: (f: () => unknown) => void }) => unknown
type Hook = () => unknown

/** As much of Japa, the test runner of bentocache, as its suite of drivers uses, by Vitest. */
export const japa = {
  test: (title: string, run: Run) => {
    it(`${title}`, async () => {
      const cleanups: Array<Hook> = []
      try {
        await run({ assert, cleanup: (f) => cleanups.push(f) })
      } finally {
        for (const f of cleanups) await f()
      }
    })
  },
  group: {
    setup: (hook: () => Promise<Hook>) => {
      let teardown: Hook = () => {}
      beforeAll(async () => {
        teardown = await hook()
      })
      afterAll(async () => {
        await teardown()
      })
    },
    tap: () => {},
    each: {
      teardown: (hook: Hook) => {
        afterEach(async () => {
          await hook()
        })
      }
    }
  }
}
