"""Onboarding: from a sample file to a provider file in which every doubt is marked."""
