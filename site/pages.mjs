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
      { file: "docs/getting-started.md", to: "getting-started" },
      { file: "README.md", to: "choosing", text: "Choosing a part", sections: ["Which part do I need?"] },
      { file: "examples", to: "examples/index", text: "Examples" }
    ]
  },
  {
    text: "The S3 cache",
    pages: [
      { file: "docs/s3-cache.md", to: "guides/s3-cache", text: "Layers and options" },
      { file: "docs/keyspaces.md", to: "guides/keyspaces" },
      { file: "docs/evolving-values.md", to: "guides/evolving-values" },
      { file: "docs/warm-memory.md", to: "guides/warm-memory" },
      { file: "docs/tags.md", to: "guides/tags" },
      { file: "docs/leases.md", to: "guides/leases" },
      { file: "docs/s3-outages.md", to: "guides/s3-outages" },
      { file: "docs/notice.md", to: "guides/notice" },
      { file: "docs/s3-notifications.md", to: "guides/s3-notifications" },
      { file: "docs/levels.md", to: "guides/levels" },
      { file: "docs/dynamodb-store.md", to: "guides/dynamodb-store" },
      { file: "docs/redis.md", to: "guides/redis" },
      { file: "docs/requests.md", to: "guides/requests" },
      { file: "docs/s3-express.md", to: "guides/s3-express" }
    ]
  },
  {
    text: "Other parts",
    pages: [
      { file: "docs/clients.md", to: "guides/clients" },
      { file: "docs/stores.md", to: "guides/stores" },
      { file: "docs/dictionaries.md", to: "guides/dictionaries", text: "Dictionaries for functions" },
      { file: "docs/choosing-a-policy.md", to: "guides/choosing-a-policy" },
      { file: "docs/keyv.md", to: "guides/keyv", text: "Keyv, cacheable, cache-manager" },
      { file: "docs/verbs.md", to: "guides/verbs", text: "Verbs of all parts" }
    ]
  },
  {
    text: "Recipes",
    pages: [
      { file: "docs/recipes/README.md", to: "recipes/index", text: "All recipes" },
      { file: "docs/recipes/lambda.md", to: "recipes/lambda" },
      { file: "docs/recipes/http.md", to: "recipes/http" },
      { file: "docs/recipes/etl.md", to: "recipes/etl" },
      { file: "docs/recipes/multi-tenant.md", to: "recipes/multi-tenant" },
      { file: "docs/recipes/dynamodb.md", to: "recipes/dynamodb" },
      { file: "docs/recipes/request-resolver.md", to: "recipes/request-resolver" },
      { file: "docs/recipes/metrics.md", to: "recipes/metrics", text: "OpenTelemetry" }
    ]
  },
  {
    text: "Running it",
    pages: [
      { file: "docs/command.md", to: "guides/command" },
      { file: "docs/doctor.md", to: "guides/doctor", text: "doctor, cost, bench" },
      { file: "docs/simulate.md", to: "guides/simulate", text: "simulate" },
      { file: "docs/testing.md", to: "guides/testing" },
      { file: "docs/errors.md", to: "guides/errors" },
      { file: "docs/metrics.md", to: "guides/metrics" },
      { file: "docs/spans.md", to: "guides/spans" }
    ]
  },
  {
    text: "Help",
    pages: [
      { file: "docs/troubleshooting.md", to: "help/troubleshooting" },
      { file: "docs/s3-answers.md", to: "help/s3-answers" },
      { file: "docs/coming-from.md", to: "help/coming-from", text: "Coming from lru-cache, Cache, Keyv" },
      { file: "docs/coming-from-python.md", to: "help/coming-from-python" }
    ]
  },
  {
    text: "Inside",
    pages: [
      { file: "docs/architecture.md", to: "inside/architecture", text: "Architecture" },
      { file: "docs/coordination.md", to: "inside/coordination" },
      { file: "docs/entry-format.md", to: "inside/entry-format", text: "Entry format" },
      { file: "docs/adaptive-policy.md", to: "inside/adaptive-policy" },
      { file: "CONTRIBUTING.md", to: "inside/contributing", text: "Contributing" },
      { file: "CHANGELOG.md", to: "changelog", text: "Changelog" }
    ]
  },
  {
    text: "Benchmarks",
    pages: [
      { file: "bench/results/README.md", to: "benchmarks/index", text: "Speed" },
      { file: "bench/results/hitratio.md", to: "benchmarks/hitratio" },
      { file: "bench/results/s3.md", to: "benchmarks/s3", text: "The S3 level" },
      { file: "bench/results/sizes.md", to: "benchmarks/sizes" }
    ]
  }
]
