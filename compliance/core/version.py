"""The version of the product, as documents and the OpenAPI name it."""

VERSION = "0.2.0"
