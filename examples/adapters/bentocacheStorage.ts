import { BaseDriver } from "bentocache/drivers/base_driver"
import type { CreateDriverResult, DriverCommonOptions, L2CacheDriver } from "bentocache/types"
import type { KeyvStorage } from "effect-aws-cache/keyv"

// The second level of a bentocache, in a bucket: `bentostore().useL2Layer(storageDriver(store))`, where `store` comes
// from `s3CacheStorage`. It names namespaces itself, so the storage must be its own.
class StorageDriver extends BaseDriver implements L2CacheDriver {
  readonly type = "l2"
  readonly storage: KeyvStorage

  constructor(storage: KeyvStorage, config: DriverCommonOptions) {
    super(config)
    this.storage = storage
  }

  namespace = (name: string) =>
    new StorageDriver(this.storage, { ...this.config, prefix: this.createNamespacePrefix(name) })
  get = (key: string) => this.storage.get<string>(this.getItemKey(key))
  set = (key: string, value: string, ttl?: number) => this.storage.set(this.getItemKey(key), value, ttl)
  delete = (key: string) => this.storage.delete(this.getItemKey(key))
  disconnect = () => this.storage.disconnect()

  async pull(key: string): Promise<string | undefined> {
    const value = await this.get(key)
    await this.delete(key)
    return value
  }

  async deleteMany(keys: Array<string>): Promise<boolean> {
    await this.storage.deleteMany(keys.map((key) => this.getItemKey(key)))
    return true
  }

  async clear(): Promise<void> {
    this.storage.namespace = this.prefix
    await this.storage.clear()
  }
}

export const storageDriver = (storage: KeyvStorage): CreateDriverResult<L2CacheDriver> => ({
  options: {},
  factory: (config: DriverCommonOptions) => new StorageDriver(storage, config)
})
