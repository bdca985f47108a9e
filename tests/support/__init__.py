"""What tests share: commands in processes, recorded answers, databases, rendered notes."""
