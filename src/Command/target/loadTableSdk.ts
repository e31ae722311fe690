/**
 * The SDK of DynamoDB, which is not imported before it is needed.
 */
import { orInstall } from "../../Cache/installed/orInstall.js"

export const loadTableSdk = async () => {
  try {
    return await import("@aws-sdk/client-dynamodb")
  } catch (cause) {
    return orInstall("@aws-sdk/client-dynamodb")(cause)
  }
}
