"""Shops that run on Shopify, by its Admin API."""
