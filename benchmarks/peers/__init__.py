"""How much faster are our answers and training steps than the published code's?"""
