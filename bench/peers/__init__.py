"""What the product is measured against: each as small and as quick as we could make it."""
