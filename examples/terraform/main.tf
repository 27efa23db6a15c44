# Both of Datafy's Terraform providers against the emulator: their endpoint is its address, and any of its tokens will
# do. Start an emulator, add resources of yours below, and then:
#
#   terraform init && terraform apply
#
# What the arguments are called is known from the providers' own code: `endpoint` and `token` of datafy, `datafy_url` and
# `datafy_token` of datafyaws, whose `token` is AWS's session token. Instead of them, `datafy-emulator env --client datafy`
# and `datafy-emulator env --client datafyaws` print the variables that each reads.
#
# Not run with the project's tests, since the providers cannot be installed there: they check that Terraform reads this
# file, and go through the calls of both providers, resource by resource, in test/clients.
terraform {
  required_providers {
    # Accounts, tokens, role ARNs and autoscaling rules; otherwise on https://api.datafy.io.
    datafy = {
      source = "datafy-io/datafy"
    }
    # Volumes; otherwise on https://iac.datafy.io. The emulator serves both from one address.
    datafyaws = {
      source = "datafy-io/datafyaws"
    }
  }
}

variable "datafy_url" {
  description = "Where the emulator is. Left out of what you deploy with, so that the providers go to Datafy itself."
  type        = string
  default     = "http://127.0.0.1:4650"
}

variable "organization_token" {
  description = "May create accounts: one of the default world."
  type        = string
  default     = "organization-token"
  sensitive   = true
}

variable "account_token" {
  description = "May change the volumes of its account: one of the default world."
  type        = string
  default     = "account-token"
  sensitive   = true
}

provider "datafy" {
  endpoint = var.datafy_url
  token    = var.organization_token
}

provider "datafyaws" {
  datafy_url   = var.datafy_url
  datafy_token = var.account_token
}
