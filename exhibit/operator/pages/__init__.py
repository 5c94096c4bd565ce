"""The pages of the operator: templates, texts in three languages, and a little script."""
