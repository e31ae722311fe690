/**
 * Looks at the built site in headless Chromium, as people do: the front page, a search, the reference, in the dark, from
 * one Effect to the other, on a phone. An error on the console, a request that fails or goes to another host, and a page wider than a phone are
 * problems. The screenshots are in build/site/looks. Without Chromium (scripts/install-chromium.mjs) this is skipped.
 */
import { existsSync } from "node:fs"
import { mkdir } from "node:fs/promises"
import { join } from "node:path"
import { chromium } from "playwright-core"
import { serve } from "vitepress"
import { findProgram } from "../scripts/lib/installPackages.mjs"
import { runMain, seconds } from "../scripts/lib/run.mjs"
import { places } from "./pages.mjs"
import { basePath, buildFolder, effect4Folder, htmlFolder, siteFolder } from "./paths.mjs"

const looks = join(buildFolder, "looks")

const hasEffect4 = existsSync(join(htmlFolder, effect4Folder))

const desktop = { width: 1280, height: 900 }
const phone = { width: 380, height: 800 }

const options = [
  ...["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
  ...["--disable-component-update", "--disable-sync"]
]

/** A page of the browser that writes down what goes wrong on it. */
const openPage = async (browser, origin, settings, problems) => {
  const context = await browser.newContext(settings)
  const page = await context.newPage()
  const report = (what) => problems.push(`${page.url()}: ${what}`)
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) report(`on the console: ${message.text()}`)
  })
  page.on("pageerror", (error) => report(error.message))
  page.on("requestfailed", (request) => {
    // Who goes on to the next page stops what the last one was fetching.
    if (request.failure()?.errorText !== "net::ERR_ABORTED") report(`${request.url()} failed`)
  })
  page.on("request", (request) => {
    if (!request.url().startsWith(origin) && !request.url().startsWith("data:")) report(`asks for ${request.url()}`)
  })
  page.on("response", (response) => {
    if (response.status() >= 400) report(`${response.url()} is answered with ${response.status()}`)
  })
  return {
    page,
    go: (path, waitUntil = "networkidle") => page.goto(`${origin}${basePath()}${path}`, { waitUntil }),
    picture: (name) => page.screenshot({ path: join(looks, `${name}.png`) }),
    check: (isRight, what) => isRight ? undefined : report(what),
    // Until colours and bars have come to rest.
    settle: () => page.waitForTimeout(1000),
    close: () => context.close()
  }
}

const addressOf = (to) => (/(^|\/)index$/.test(to) ? to.replace(/index$/, "") : `${to}.html`)

/** Where questions lead that people ask in words of their own: guides come before the reference. */
const questions = [
  ["lease", "guides/leases"],
  ["invalidate", "guides/"],
  ["TTL", "guides/keyspaces.html#how-fresh"],
  ["5 mins", "help/troubleshooting.html#which-durations"],
  ["stale while revalidate", "guides/keyspaces.html#how-fresh"],
  ["negative caching", "guides/keyspaces.html#answers"],
  ["thundering herd", "guides/"],
  ["redis", "guides/redis"],
  ["SyncTtlDictOptions", "api/"]
]

const checkSearch = async (page, check) => {
  await page.locator(".VPNavBarSearch button").first().click()
  for (const [words, address] of questions) {
    await page.locator(".search-input").fill(words)
    // What is found is that of these words when it is marked.
    const found = await page.waitForFunction(
      ([path, start]) => {
        const first = document.querySelector(".VPLocalSearchBox .result")?.getAttribute("href")
        return first?.startsWith(path + start)
      },
      [basePath(), address],
      { timeout: 15_000 }
    ).catch(() => undefined)
    const first = await page.locator(".VPLocalSearchBox .result").first().getAttribute("href", { timeout: 1000 }).catch(
      () => ""
    )
    check(found !== undefined, `"${words}" leads to ${first || "nothing"}, not to ${address}`)
  }
  await page.keyboard.press("Escape")
}

/** Code that is cut: commands have to be seen whole, and what is wrapped has no place to scroll. */
const cutCode = (page) =>
  page.evaluate(() =>
    Array.from(document.querySelectorAll(".vp-doc div[class*='language-'] pre"))
      .filter((pre) => {
        const isWrapped = getComputedStyle(pre.querySelector("code")).whiteSpace === "pre-wrap" ||
          pre.closest(".language-sh") !== null
        const isScrolled = getComputedStyle(pre).overflowX === "auto"
        return pre.scrollWidth > pre.clientWidth + 1 && (isWrapped || !isScrolled)
      })
      .map((pre) => pre.textContent.trim().slice(0, 40))
  )

const lookAround = async (browser, origin, problems) => {
  const { check, close, go, page, picture, settle } = await openPage(browser, origin, { viewport: desktop }, problems)
  await go("")
  check(await page.locator("h1").first().innerText() !== "", "the front page has no title")
  check(await page.locator(".vp-doc img:visible").count() > 0, "the front page shows no picture")
  check(await page.getByText("npm install effect-aws-cache").count() > 0, "the front page has no install line")
  await picture("front")

  await page.locator(".VPNavBarSearch button").first().click()
  await page.locator(".search-input").fill("lease")
  const first = page.locator(".VPLocalSearchBox .result").first()
  await first.waitFor()
  await picture("search")
  await first.click()
  await page.waitForURL((url) => url.pathname !== basePath())
  const text = await page.locator(".vp-doc").innerText()
  check(/lease/i.test(text), "the first page that is found for \"lease\" does not have the word")
  await settle()
  await picture("found")
  await checkSearch(page, check)

  await go("api/effect-aws-cache/S3Store/classes/S3Cache.html")
  check(await page.locator(".vp-doc pre").count() > 5, "the page of S3Cache has no code")
  check(await page.locator("a.source").count() > 0, "the page of S3Cache leads to no source")
  await picture("api")

  await page.locator(".VPNavBarAppearance .VPSwitchAppearance:visible").first().click()
  check(await page.locator("html.dark").count() === 1, "the switch does not make the page dark")
  await go("")
  check(await page.locator("img.dark-only:visible").count() > 0, "the picture of the front page is not dark")
  await picture("dark")
  await close()
}

/** From a page of the site for one Effect to the same page for the other, and back: the reader sees for which each is. */
const lookAtSwitch = async (browser, origin, problems) => {
  const { check, close, go, page, picture, settle } = await openPage(browser, origin, { viewport: desktop }, problems)
  const shown = page.locator(".EffectSwitch [aria-current]")
  const link = page.locator(".EffectSwitch a")
  const isAt = async (effect, address) => {
    const path = `${basePath()}${effect === "4" ? `${effect4Folder}/` : ""}${address}`
    await page.waitForURL((url) => url.pathname === path, { waitUntil: "networkidle", timeout: 15_000 }).catch(() =>
      check(false, `is not ${path}, where the switch or a link was to lead`)
    )
    check(await shown.innerText() === `Effect ${effect}`, `does not say that it is for Effect ${effect}`)
  }
  await go("getting-started.html")
  await isAt("3", "getting-started.html")
  const title = await page.locator("h1").innerText()
  await link.click()
  await isAt("4", "getting-started.html")
  check(await page.locator("h1").innerText() === title, "is not the same page for Effect 4")
  const install = page.locator(".language-sh", { hasText: /effect@4/ }).first()
  check(await install.isVisible(), "has no install line with effect@4")
  check(!/effect@3/.test(await page.locator(".vp-doc").innerText()), "has an install line with effect@3")
  await install.scrollIntoViewIfNeeded()
  await settle()
  await picture("effect-4")
  // The link is that of the page that the site's router went to.
  await page.locator(".VPSidebar a", { hasText: "Tags" }).first().click()
  await isAt("4", "guides/tags.html")
  await link.focus()
  await page.keyboard.press("Enter")
  await isAt("3", "guides/tags.html")
  await go("api/effect-aws-cache/effect-aws/")
  await link.click()
  await isAt("4", "")
  await page.locator(".VPNavBarSearch button").first().click()
  await page.locator(".search-input").fill("lease")
  const found = await page.locator(".VPLocalSearchBox .result").first().getAttribute("href")
  check(found?.startsWith(`${basePath()}${effect4Folder}/`) === true, `the search for Effect 4 leads to ${found}`)
  await page.keyboard.press("Escape")
  await page.setViewportSize(phone)
  await page.emulateMedia({ colorScheme: "dark" })
  await go(`${effect4Folder}/getting-started.html`)
  await isAt("4", "getting-started.html")
  await settle()
  await picture("effect-4-phone")
  await link.click()
  await isAt("3", "getting-started.html")
  await close()
}

/** Every page of the sidebar has to fit on a phone, and the bars above and beside the text on whatever is wider. */
const lookAtWidths = async (browser, origin, problems) => {
  const { check, close, go, page, picture } = await openPage(browser, origin, { viewport: phone }, problems)
  const fits = async ({ width }) =>
    check(
      await page.evaluate(() => document.documentElement.scrollWidth) <= width,
      `has to be scrolled sideways at a width of ${width} pixels`
    )
  const isWhole = async (width) => {
    for (const code of await cutCode(page)) check(false, `cuts code at a width of ${width} pixels: ${code}`)
  }
  const reference = ["api/", "api/effect-aws-cache/S3Store/", "api/effect-aws-cache/S3Store/classes/S3Cache.html"]
  const pages = [...reference, ...places.flatMap(({ pages }) => pages.map(({ to }) => addressOf(to))), ""]
  const addresses = [...hasEffect4 ? pages.map((address) => `${effect4Folder}/${address}`) : [], ...pages]
  for (const address of addresses) {
    await go(address, "load")
    await fits(phone)
    await isWhole(phone.width)
    check(
      await page.locator("table.rows").evaluateAll((all) => all.every((each) => each.scrollWidth <= each.clientWidth)),
      "a table of text has to be scrolled on a phone"
    )
  }
  check(
    await page.locator(".vp-doc pre").evaluateAll((all) => all.every((pre) => pre.scrollWidth <= pre.clientWidth + 1)),
    "the code of the front page has to be scrolled on a phone"
  )
  const drawn = await page.locator(".vp-doc picture img:visible").boundingBox()
  check(drawn !== null && drawn.height > drawn.width, "the picture of the front page is not the one for phones")
  await picture("phone")
  await go("guides/s3-cache.html")
  check(await page.locator("table.rows td[data-column]").count() > 50, "the tables of options are no lists on a phone")
  await page.locator("table.rows").nth(1).scrollIntoViewIfNeeded()
  await picture("options")
  for (const width of [320, 768, 960, 1280, 1440, 1600]) {
    await page.setViewportSize({ ...desktop, width })
    for (const address of ["", "getting-started.html"]) {
      await go(address, "load")
      await fits({ width })
      await isWhole(width)
    }
  }
  await page.setViewportSize(desktop)
  await go("guides/keyspaces.html", "load")
  check(
    await page.locator("table.rows").first().evaluate((table) => table.clientWidth) > 850,
    "tables are narrow at 1280 pixels"
  )
  check(await page.locator(".VPLocalNav:visible").count() === 1, "at 1280 pixels a page has no outline")
  await page.locator("table.rows").last().scrollIntoViewIfNeeded()
  await picture("tables")
  await close()
  return addresses.length
}

await runMain(async () => {
  const executablePath = process.env["CHROMIUM"] ?? await findProgram("chromium")
  if (executablePath === undefined) return console.log("skipped: there is no Chromium to look at the site with")
  const start = performance.now()
  await mkdir(looks, { recursive: true })
  const { server } = await serve({ root: siteFolder, base: basePath(), port: 0 })
  const browser = await chromium.launch({ executablePath, args: options })
  try {
    const origin = `http://127.0.0.1:${server.address().port}`
    const problems = []
    await lookAround(browser, origin, problems)
    if (hasEffect4) await lookAtSwitch(browser, origin, problems)
    else console.log("the site for Effect 4 was not built")
    const count = await lookAtWidths(browser, origin, problems)
    for (const problem of new Set(problems)) console.error(problem)
    console.log(
      `looked at the site, ${count} pages on a phone, ${problems.length} problems, ${seconds(start)}; ${looks}`
    )
    if (problems.length > 0) process.exitCode = 1
  } finally {
    await browser.close()
    server.close()
  }
})
