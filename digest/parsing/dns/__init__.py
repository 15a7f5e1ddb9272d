"""The records of DNS that say who may send mail for a domain: SPF, DKIM and DMARC."""
