"""Shops that run on WooCommerce, by its REST API."""
