"""Why a check or an edit came out as it did: codes, their texts, codes of earlier releases."""
