"""The routes under `/api/v1`, and the ones that machines ask for."""
