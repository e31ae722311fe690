/** What of the sources and tests is checked and run on Effect 4 so far. All of the sources are made. */
export const folders = {
  src: ["Cache", "ClientLayer", "ErrorSchemas", "Keyv", "S3Store", "Sync", "Ttl", "effect"],
  test: []
}

export const isIn = (path) => {
  const [root, folder] = path.split("/")
  return folders[root].includes(folder)
}
