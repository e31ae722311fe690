/**
 * Clients for tests.
 *
 * @since 1.0.0
 */
import * as Predicate from "effect/Predicate"
import { describeType } from "../../Cache/engine/options/describeType.js"
import { describeList, isOfKind, type SpecialKind } from "../../Cache/engine/options/optionKinds.js"
import { checkValue } from "../../Cache/options/checkOptions.js"
import { orThrow } from "../../effect/plainEither.js"
import { type AwsClient, type ClientClass, type ClientOf, isClientClass } from "../sdk/AwsClient.js"
import { Transport } from "../transport/Transport.js"
import type { ClientBuilder } from "./ClientBuilder.js"

/**
 * What a test gives out for the clients of a class.
 *
 * @since 1.0.0
 * @category models
 */
export interface ClientFake {
  /** The class whose clients are made in its place. */
  readonly clientClass: ClientClass
  /** Makes a client in place of the class, from the configuration as the class would get it. */
  readonly make: (config: Readonly<Record<string, unknown>>) => AwsClient
}

/**
 * A fake for the clients of a class.
 *
 * @param clientClass the class it stands in for
 * @param make makes one client for each distinct configuration; it is given what the client would be built with
 */
export const clientFake = <Ctor extends ClientClass>(
  clientClass: Ctor,
  make: (config: Readonly<Record<string, unknown>>) => ClientOf<Ctor>
): ClientFake => ({
  clientClass: orThrow(checkValue("ClientCache.fake", "clientClass", clientClass, classKind)),
  make: orThrow(checkValue("ClientCache.fake", "make", make, "function"))
})

const classKind = { accepted: "an AWS SDK v3 client class such as S3Client", accepts: isClientClass }

/** The kind of a list of fakes. */
export const fakesKind: SpecialKind = {
  accepted: "an array of fakes, made by ClientCache.fake or ResourceCache.fake",
  accepts: (value) =>
    Array.isArray(value)
    && value.every((fake) => isOfKind(fake, "object") && ("clientClass" in fake || "definition" in fake)),
  describe: describeList
}

/**
 * A builder that gives out fakes, and fails for the classes there is none for, so that a test reaches no network by
 * accident. Fakes are the test's: they are never destroyed.
 *
 * @param layer the name of the layer with the fakes, for errors
 */
export const fakeBuilder =
  (fakes: ReadonlyArray<ClientFake>, layer: string): ClientBuilder => ({ clientClass, normal }) => {
    const fake = fakes.find((fake) => fake.clientClass === clientClass)
    if (fake === undefined) {
      throw new Error(
        `${layer} has no fake for ${clientClass.name}: give it one by ClientCache.fake(${clientClass.name}, (config) => ...)`
      )
    }
    const client = fake.make(normal.config)
    // Tests are not always typed.
    if (!Predicate.isObject(client)) throw new TypeError(`its fake gave ${describeType(client)}, which is no client`)
    return { client, transport: Transport.borrowed() }
  }
