"""What keeps an installation healthy: alerts, beats, deletion of old rows, figures, and restored databases."""
