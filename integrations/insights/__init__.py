"""What networks tell about reach and resonance, in our words. The rules of ``integrations.contract`` hold here too."""

from integrations.insights.provider import Measure, MeasuringProvider, PostMeasures

__all__ = ["Measure", "MeasuringProvider", "PostMeasures"]
