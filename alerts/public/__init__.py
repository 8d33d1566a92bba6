"""What the city tells the public: drafts, approvals, publishing, updates, all-clears and corrections."""
