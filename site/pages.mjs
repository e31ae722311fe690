/**
 * The places of the pages: what stands in the sidebar, in its order, and under which address. Every page of `docs` has a
 * place here, and every place its page: `npm run docs` fails otherwise.
 */

/**
 * Sections of the sidebar. A page is a file of the repository, and its address without `.html`; its text in the sidebar is
 * its first heading, unless `text` says otherwise. With `sections`, only these sections of the file are the page.
 */
export const places = [
  {
    text: "Start here",
    pages: [
      { file: "README.md", to: "getting-started", text: "Getting started", sections: ["Install", "Quickstart"] },
      { file: "README.md", to: "choosing", text: "Choosing a part", sections: ["Which part do I need?"] },
      { file: "examples", to: "examples/index", text: "Examples" }
    ]
  },
  {
    text: "Guides",
    pages: [
      { file: "docs/s3-cache.md", to: "guides/s3-cache" },
      { file: "docs/clients.md", to: "guides/clients" },
      { file: "docs/stores.md", to: "guides/stores" },
      { file: "docs/dictionaries.md", to: "guides/dictionaries" },
      { file: "docs/keyv.md", to: "guides/keyv" },
      { file: "docs/testing.md", to: "guides/testing" },
      { file: "docs/errors.md", to: "guides/errors" },
      { file: "docs/metrics.md", to: "guides/metrics" },
      { file: "docs/spans.md", to: "guides/spans" },
      { file: "docs/verbs.md", to: "guides/verbs", text: "One word for one thing" }
    ]
  },
  {
    text: "Help",
    pages: [
      { file: "docs/s3-answers.md", to: "help/s3-answers" },
      { file: "docs/coming-from.md", to: "help/coming-from" },
      { file: "docs/coming-from-python.md", to: "help/coming-from-python" }
    ]
  },
  {
    text: "Inside",
    pages: [
      { file: "docs/architecture.md", to: "inside/architecture" },
      { file: "docs/entry-format.md", to: "inside/entry-format" },
      { file: "bench/results/README.md", to: "benchmarks/index", text: "Benchmarks" },
      { file: "bench/results/hitratio.md", to: "benchmarks/hitratio" },
      { file: "bench/results/s3.md", to: "benchmarks/s3" },
      { file: "CONTRIBUTING.md", to: "inside/contributing" },
      { file: "CHANGELOG.md", to: "changelog" }
    ]
  }
]
