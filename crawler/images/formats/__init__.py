"""Read single image formats by their structure."""
